/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends, beside the tests */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { Form } from './form';
import { readForm } from './form';
import type { Answer } from './loopback';
import { Loopback } from './loopback';

/** A stand-in for a CMS or a scheduler of posts, which takes a picture and its caption in one upload. */
export class Scheduler {
	/** What a caller sends as its Authorization. */
	readonly authorization = `Bearer ${randomUUID()}`;

	/** The uploads that it took. */
	readonly posts: Form[] = [];

	/** It takes no post of this title. */
	closedFor: string | undefined;

	private server: Loopback | undefined;

	static async start(): Promise<Scheduler> {
		const scheduler = new Scheduler();
		scheduler.server = await Loopback.start(async (request) => await scheduler.take(request));
		return scheduler;
	}

	get uploadUrl(): string {
		return `${this.server?.url}/api/media`;
	}

	async close(): Promise<void> {
		await this.server?.close();
	}

	private async take(request: IncomingMessage): Promise<Answer> {
		if (request.headers.authorization !== this.authorization) {
			return { status: 401, body: { message: 'unknown key' } };
		}
		const form = await readForm(request);
		if (form.files.file === undefined) return { status: 400, body: { message: 'file is missing' } };
		if (form.fields.title === this.closedFor) return { status: 507, body: { message: 'the plan is full' } };
		this.posts.push(form);
		return { status: 201, body: { id: this.posts.length } };
	}
}
