/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the emulator runs on a developer's machine, not in n8n */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import type { Fault } from './fault';

/** A page as a gateway shows it. */
export const html = (title: string): string =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** A body as its fields, undefined where it has none. */
export async function parse(bytes: Buffer, type: string): Promise<Record<string, unknown> | undefined> {
	try {
		if (type.startsWith('multipart/')) {
			const form = await new Response(new Uint8Array(bytes), {
				headers: { 'content-type': type },
			}).formData();
			return Object.fromEntries(form as unknown as Iterable<[string, unknown]>);
		}
		const body: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
	} catch {
		return undefined;
	}
}

/** Text goes as HTML, as the gateway's pages do; everything else as JSON. */
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

/** An answer before anything goes wrong with it. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

/** A JSON body with fields over its own. */
function withFields(body: Buffer, fields: Fault['fields']): Buffer {
	if (fields === undefined) return body;
	const all = Object.entries({ ...(JSON.parse(body.toString('utf8')) as object), ...fields });
	return Buffer.from(JSON.stringify(Object.fromEntries(all.filter(([, value]) => value !== null))));
}

function withFault(answer: Answer, { status, body, bytes, fields, headers, huge }: Fault): Answer {
	const changed =
		status === undefined && body === undefined && bytes === undefined
			? { ...answer, body: withFields(answer.body, fields) }
			: {
					status: status ?? 200,
					headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' },
					body:
						bytes === undefined
							? Buffer.from(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
							: Buffer.from(bytes, 'base64'),
				};
	return {
		status: changed.status,
		headers: Object.fromEntries(
			Object.entries({ ...changed.headers, ...headers }).filter(
				(entry): entry is [string, string] => entry[1] !== null,
			),
		),
		body: huge === undefined ? changed.body : Buffer.concat([changed.body, Buffer.alloc(huge)], huge),
	};
}

/** Sends an answer with what was ordered to go wrong with it. */
export async function deliver(response: ServerResponse, fault: Fault, usual: Answer): Promise<void> {
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
	for (let at = 0; at < end && !response.destroyed; at += step) {
		if (at > 0) await wait(fault.drip?.every ?? 0);
		await flushed(response, body.subarray(at, Math.min(at + step, end)));
	}
	if (fault.cut === undefined) response.end();
	else response.socket?.destroy();
}

/** Resolves when the bytes have left this process, or there is nobody left to take them. */
async function flushed(response: ServerResponse, bytes: Buffer): Promise<void> {
	await new Promise<void>((resolve) => {
		response.once('close', resolve);
		response.write(bytes, () => {
			response.off('close', resolve);
			resolve();
		});
	});
}
