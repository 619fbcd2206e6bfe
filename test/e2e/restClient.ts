import { parse } from 'flatted';
import type { IDataObject, INode, IRunExecutionData } from 'n8n-workflow';

import { until } from './process';
import { TRIGGER } from './workflow';

/** An execution that has ended. */
export interface Execution {
	readonly id: string;
	readonly status: string;
	readonly data: IRunExecutionData;
	/** All that n8n stored about it, as text. */
	readonly stored: string;
}

/** A saved credential, as a node refers to it. */
export interface Credential {
	readonly id: string;
	readonly name: string;
}

export interface Owner {
	readonly email: string;
	readonly firstName: string;
	readonly lastName: string;
	readonly password: string;
}

/** Calls the API that n8n's editor uses, as the owner of n8n. */
export class RestClient {
	private cookie = '';

	constructor(
		readonly url: string,
		readonly owner: Owner,
	) {}

	/** The cookie of the owner's session. */
	get session(): string {
		return this.cookie;
	}

	/** Calls an endpoint of the API. */
	async rest<T = IDataObject>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		for (const cookie of response.headers.getSetCookie()) {
			if (cookie.startsWith('n8n-auth=')) this.cookie = cookie.split(';')[0] ?? '';
		}
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** Counts the jobs of the queue, as n8n's metrics do once a second. */
	async queue(): Promise<Record<'waiting' | 'active' | 'completed' | 'failed', number>> {
		const metrics = await (await fetch(`${this.url}/metrics`)).text();
		const count = (state: string) =>
			Number(new RegExp(`^n8n_scaling_mode_queue_jobs_${state} (\\d+)`, 'm').exec(metrics)?.[1]);
		const [waiting, active] = [count('waiting'), count('active')];
		return { waiting, active, completed: count('completed'), failed: count('failed') };
	}

	/** Saves a credential. */
	async credential(type: string, data: IDataObject, name = type): Promise<Credential> {
		const saved = await this.rest<Credential>('POST', '/credentials', { name, type, data });
		return { id: saved.id, name: saved.name };
	}

	/** Saves a workflow. */
	async import(workflow: object): Promise<string> {
		// n8n 1 requires `active`.
		return (await this.rest<{ id: string }>('POST', '/workflows', { active: false, ...workflow })).id;
	}

	/** Publishes a saved workflow: its trigger starts production executions from now on. */
	async publish(workflow: string): Promise<string> {
		const { versionId } = await this.rest<{ versionId: string }>('GET', `/workflows/${workflow}`);
		await this.rest('POST', `/workflows/${workflow}/activate`, { versionId });
		const path = `/workflows/${workflow}/publication-status`;
		const isPublished = async () => (await this.rest('GET', path)).status === 'published';
		await until(`workflow ${workflow} is published`, isPublished);
		return workflow;
	}

	/** Calls a published webhook, and returns its response. */
	async call<T>(path: string, body: IDataObject): Promise<T> {
		const response = await fetch(`${this.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`webhook ${path}: ${response.status} ${text.slice(0, 500)}`);
		return JSON.parse(text) as T;
	}

	/** Returns the Segmind node of a saved workflow. */
	async savedNode(workflow: string): Promise<INode | undefined> {
		const { nodes } = await this.rest<{ nodes: INode[] }>('GET', `/workflows/${workflow}`);
		return nodes.find(({ name }) => name === 'Segmind');
	}

	/** Starts a saved workflow at its trigger, and returns the id of the execution. */
	async begin(workflow: string, trigger: IDataObject = { name: TRIGGER }): Promise<string> {
		const { executionId } = await this.rest<{ executionId: string }>('POST', `/workflows/${workflow}/run`, {
			workflowData: await this.rest('GET', `/workflows/${workflow}`),
			triggerToStartFrom: trigger,
		});
		return executionId;
	}

	/** Runs a saved workflow to its end. */
	async run(workflow: string, trigger?: IDataObject): Promise<Execution> {
		return await this.ended(await this.begin(workflow, trigger));
	}

	/** Does what the button "Retry" in the list of executions does. */
	async retry({ id }: Execution): Promise<Execution> {
		const path = `/executions/${id}/retry`;
		return await this.ended((await this.rest<{ id: string }>('POST', path, { loadWorkflow: true })).id);
	}

	/** Cancels an execution. */
	async cancel(id: string): Promise<void> {
		await this.rest('POST', `/executions/${id}/stop`, {});
	}

	/** Waits for the end of an execution. */
	async ended(id: string): Promise<Execution> {
		return await until(`execution ${id} ends`, async () => {
			const path = `/executions/${id}?includeData=true`;
			const { status, data } = await this.rest<{ status: string; data: string }>('GET', path);
			// n8n 1 stores the end of an execution before its data, which is an empty list until then.
			const parsed = parse(data) as IRunExecutionData | undefined;
			if (['new', 'running', 'waiting'].includes(status) || parsed === undefined) return undefined;
			return { id, status, data: parsed, stored: data };
		});
	}

	/**
	 * Waits for n8n's API, which responds later than n8n says, and signs in.
	 *
	 * @param limit milliseconds
	 */
	protected async signIn(limit: number): Promise<void> {
		interface Settings {
			readonly userManagement: { readonly showSetupOnFirstLoad: boolean };
		}
		const settings = async () => await this.rest<Settings>('GET', '/settings').catch(() => undefined);
		const { userManagement } = await until('its API responds', settings, limit);
		if (userManagement.showSetupOnFirstLoad) await this.rest('POST', '/owner/setup', this.owner);
		const { email, password } = this.owner;
		await this.rest('POST', '/login', { emailOrLdapLoginId: email, password });
	}
}
