/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { Form } from './form';
import { readForm } from './form';
import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** Acts as a CMS or a scheduler of posts: takes a picture and its caption in one upload. */
export class Scheduler extends Receiver {
	/** The Authorization header that it requires. */
	readonly authorization = `Bearer ${randomUUID()}`;

	readonly posts: Form[] = [];

	/** Posts with this title are rejected. */
	closedFor: string | undefined;

	get uploadUrl(): string {
		return `${this.origin}/api/media`;
	}

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
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
