import type { IDataObject, IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';

import { BaseUrlRefused, toBaseUrl } from '../../../credentials/baseUrl';
import { toKey } from '../../../credentials/key';
import type { Answer, Redact } from './answer';
import { redactor, shown } from './answer';
import { asAnswer, boundedBy, exchange } from './exchange';
import { whyNotFetched } from './fileUrl';
import { refuseFile } from './meaning';
import { Refusal } from './refusal';

/** A request, relative to the credential's base URL. */
export interface Question {
	readonly method: 'GET' | 'POST';
	readonly path: string;
	readonly body?: Readonly<IDataObject>;
	/** Seconds for the whole exchange, from connecting to the last byte. */
	readonly timeout: number;
}

/** Segmind's API with the credential of the node. */
export interface Segmind {
	/**
	 * Sends one request. Every status is an answer; nothing is sent twice and no redirect is followed.
	 *
	 * @throws {Refusal} when no whole answer came
	 */
	ask(question: Question): Promise<Answer>;
	/**
	 * Fetches a file that an answer named, without the key.
	 *
	 * @param timeout seconds for the whole exchange
	 * @throws {Refusal} when its address must not be asked, or no whole answer came
	 */
	fetchFile(link: string, timeout: number): Promise<Answer>;
	/** Why a file must not be fetched from an address; undefined when it may. */
	whyNotFetched(link: string): string | undefined;
	/** Ends every wait. */
	readonly cancelled: AbortSignal | undefined;
	readonly redact: Redact;
}

/**
 * Reads the node's credential.
 *
 * @throws {Refusal} when the key must not be sent to its base URL, or there is none
 */
export async function openSegmind(context: IExecuteFunctions): Promise<Segmind> {
	const credential = await context.getCredentials('segmindApi');
	const key = toKey(credential.apiKey);
	if (key === '') {
		throw new Refusal(
			'credential',
			"'API Key' is empty",
			'Enter it in the Segmind credential. Nothing was sent.',
		);
	}
	const baseUrl = baseUrlOf(credential.baseUrl);
	const redact = redactor(key);
	const whyNot = (link: string): string | undefined => {
		const why = whyNotFetched(link, baseUrl);
		return why === undefined ? undefined : shown(why, redact, 300);
	};
	return {
		redact,
		ask: async (question) => await ask(context, baseUrl, question),
		fetchFile: async (link, timeout) => {
			const why = whyNot(link);
			if (why !== undefined) throw refuseFile(why);
			return await fetchFile(context, link, timeout);
		},
		whyNotFetched: whyNot,
		cancelled: context.getExecutionCancelSignal(),
	};
}

/** What to say of a base URL that {@link toBaseUrl} refuses. */
function toEndpointRefusal(thrown: unknown): Refusal {
	const [happened = '', advice = ''] = (
		thrown instanceof BaseUrlRefused ? thrown.message : String(thrown)
	).split('. ');
	return new Refusal('endpoint', happened, `${advice} in the Segmind credential. Nothing was sent.`);
}

function baseUrlOf(value: unknown): string {
	try {
		return toBaseUrl(value);
	} catch (thrown) {
		throw toEndpointRefusal(thrown);
	}
}

async function ask(
	context: IExecuteFunctions,
	baseUrl: string,
	{ method, path, body, timeout }: Question,
): Promise<Answer> {
	const bounds = boundedBy(context, timeout);
	// n8n's helper takes the cancel signal of the context that it is called on, and nothing else ends a body that drips.
	const bounded: IExecuteFunctions = Object.create(context, {
		getExecutionCancelSignal: { value: () => bounds.ended },
	});
	const send = async (): Promise<IN8nHttpFullResponse> =>
		await context.helpers.httpRequestWithAuthentication.call(bounded, 'segmindApi', {
			method,
			url: `${baseUrl}${path}`,
			...(body === undefined ? {} : { body: { ...body }, headers: { 'content-type': 'application/json' } }),
			...asAnswer(timeout),
		});
	return await exchange(send, bounds, timeout);
}

async function fetchFile(context: IExecuteFunctions, link: string, timeout: number): Promise<Answer> {
	const bounds = boundedBy(context, timeout);
	const send = async (): Promise<IN8nHttpFullResponse> =>
		await context.helpers.httpRequest({
			method: 'GET',
			url: new URL(link).href,
			abortSignal: bounds.ended,
			...asAnswer(timeout),
		});
	return await exchange(send, bounds, timeout);
}
