/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** The columns of the table, by type. */
const COLUMNS = { text: 'Prompt', number: 'Cost', attachment: 'Image' };

/** A record, with the attachment's own copy of the file. */
interface Entry {
	readonly prompt: unknown;
	readonly cost: unknown;
	readonly fileName: string;
	readonly link: string;
	readonly picture: Buffer;
}

const invalid = (type: string): Reply => ({ status: 422, body: { error: { type } } });

/** Acts as Airtable's Web API with one base and one table. It copies attachments from their links. */
export class Airtable extends Receiver {
	readonly token = `pat${randomBytes(7).toString('hex')}`;

	readonly baseId = `app${randomBytes(7).toString('hex')}`;

	readonly records: Entry[] = [];

	get url(): string {
		return `${this.origin}/v0`;
	}

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		if (request.headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: { error: {} } };
		if (request.url !== `/v0/${this.baseId}/Pictures%20of%20today` || request.method !== 'POST') {
			return { status: 404, body: { error: 'NOT_FOUND' } };
		}
		const { fields } = (await json(request)) as { readonly fields: Readonly<Record<string, unknown>> };
		const { [COLUMNS.text]: prompt, [COLUMNS.number]: cost, [COLUMNS.attachment]: files, ...rest } = fields;
		if (Object.keys(rest).length > 0) return invalid('UNKNOWN_FIELD_NAME');
		if (typeof prompt !== 'string' || typeof cost !== 'number') return invalid('INVALID_VALUE_FOR_COLUMN');
		const [file] = files as ReadonlyArray<{ readonly url: string; readonly filename: string }>;
		if (file === undefined) return invalid('INVALID_ATTACHMENT_OBJECT');
		const copy = await fetch(file.url);
		if (!copy.ok) return invalid('INVALID_ATTACHMENT_OBJECT');
		const picture = Buffer.from(await copy.arrayBuffer());
		this.records.push({ prompt, cost, fileName: file.filename, link: file.url, picture });
		return { status: 200, body: { id: `rec${this.records.length}`, fields } };
	}
}
