/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import type { Fault } from './fault';

/** An HTML page like a gateway's. */
export const html = (title: string): string =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** Reads a JSON object; undefined if it is malformed. */
export function parseJson(bytes: Buffer): Record<string, unknown> | undefined {
	try {
		const body: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
	} catch {
		return undefined;
	}
}

/** Sends a string as HTML and anything else as JSON. */
export function send(
	response: ServerResponse,
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): void {
	const isText = typeof body === 'string';
	response
		.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
		.end(isText ? body : JSON.stringify(body));
}

/** A response before a fault changes it. */
export interface WireResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

export const jsonResponse = (status: number, body: unknown): WireResponse => ({
	status,
	headers: { 'content-type': 'application/json' },
	body: Buffer.from(JSON.stringify(body)),
});

function withoutNulls<T>(fields: Readonly<Record<string, T | null>>): Record<string, T> {
	const kept = Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== null);
	return Object.fromEntries(kept);
}

function replacement({ status = 200, body, bytes }: Fault): WireResponse {
	const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
	return {
		status,
		headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' },
		body: bytes === undefined ? Buffer.from(text) : Buffer.from(bytes, 'base64'),
	};
}

function withFields(response: WireResponse, fields: Fault['fields']): WireResponse {
	if (fields === undefined) return response;
	const json = JSON.parse(response.body.toString('utf8')) as Record<string, unknown>;
	return { ...response, body: Buffer.from(JSON.stringify(withoutNulls({ ...json, ...fields }))) };
}

function withFault(usual: WireResponse, fault: Fault): WireResponse {
	const isReplaced = fault.status !== undefined || fault.body !== undefined || fault.bytes !== undefined;
	const { status, headers, body } = isReplaced ? replacement(fault) : withFields(usual, fault.fields);
	return {
		status,
		headers: withoutNulls({ ...headers, ...fault.headers }),
		body: fault.huge === undefined ? body : Buffer.concat([body, Buffer.alloc(fault.huge)], fault.huge),
	};
}

/** Sends a response as the fault changes it. */
export async function deliver(response: ServerResponse, fault: Fault, usual: WireResponse): Promise<void> {
	await wait(fault.delay ?? 0);
	if (fault.hang === true) return;
	if (fault.reset === true) {
		response.socket?.resetAndDestroy();
		return;
	}
	const { status, headers, body } = withFault(usual, fault);
	response.writeHead(status, { 'content-length': body.length, ...headers });
	response.flushHeaders();
	const end = Math.min(fault.cut ?? body.length, body.length);
	const step = Math.max(1, fault.drip?.bytes ?? body.length);
	for (let start = 0; start < end && !response.destroyed; start += step) {
		if (start > 0) await wait(fault.drip?.every ?? 0);
		await write(response, body.subarray(start, Math.min(start + step, end)));
	}
	if (fault.cut === undefined) response.end();
	else response.socket?.destroy();
}

/** Resolves when the bytes have left this process or the client has gone. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
	await new Promise<void>((resolve) => {
		response.once('close', resolve);
		response.write(bytes, () => {
			response.off('close', resolve);
			resolve();
		});
	});
}
