/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface ReceivedFile {
	readonly name: string;
	readonly type: string;
	readonly bytes: Buffer;
}

/** A multipart form. Of two values with one name it has the last. */
export interface Form {
	readonly fields: Readonly<Record<string, string>>;
	readonly files: Readonly<Record<string, ReceivedFile>>;
}

/** Reads a multipart form. */
export async function readForm(request: IncomingMessage): Promise<Form> {
	const headers = { 'content-type': request.headers['content-type'] ?? '' };
	const body = await new Response(new Uint8Array(await buffer(request)), { headers }).formData();
	const fields: Record<string, string> = {};
	const files: Record<string, ReceivedFile> = {};
	for (const [name, value] of body as unknown as Iterable<[string, string | File]>) {
		if (typeof value === 'string') fields[name] = value;
		else files[name] = { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
	}
	return { fields, files };
}
