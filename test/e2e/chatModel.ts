/* eslint-disable @n8n/community-nodes/no-restricted-imports -- stands in for a chat model beside the tests */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject } from 'n8n-workflow';

/** What the model answers: words, or a call of a tool. */
export type Answer =
	{ readonly say: string } | { readonly call: string; readonly arguments: Readonly<IDataObject> };

/** A message of the conversation, as OpenAI's chat completions have it. */
export interface Message {
	readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
	readonly content?: string | null | readonly unknown[];
	readonly tool_calls?: ReadonlyArray<{ readonly id: string }>;
	readonly tool_call_id?: string;
}

/** A tool, as the model is told of it. */
export interface Tool {
	readonly name: string;
	readonly description: string;
	readonly parameters: { readonly properties: Readonly<Record<string, IDataObject>> };
}

/** One request for an answer. */
export interface Asked {
	readonly messages: readonly Message[];
	readonly tools?: ReadonlyArray<{ readonly type: 'function'; readonly function: Tool }>;
	readonly stream?: boolean;
}

/** A stand-in for OpenAI's chat completions on loopback: it says what it was told to, and keeps what it was asked. */
export class ChatModel {
	readonly key = `sk-${randomUUID()}`;

	readonly asked: Asked[] = [];

	private answers: Answer[] = [];

	private readonly server = createServer((request, response) => {
		void this.answer(request, response);
	});

	static async start(): Promise<ChatModel> {
		const model = new ChatModel();
		model.server.listen(0, '127.0.0.1');
		await once(model.server, 'listening');
		return model;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
	}

	/** Forgets what was asked, and sets the answers to come. */
	script(...answers: readonly Answer[]): void {
		this.asked.length = 0;
		this.answers = [...answers];
	}

	/** What the model was told by its tools, in the order of the last conversation. */
	get toldByTools(): string[] {
		const messages = this.asked.at(-1)?.messages ?? [];
		return messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		if (request.headers.authorization !== `Bearer ${this.key}`) {
			return refuse(response, 401, 'Incorrect API key provided');
		}
		if (`${request.method} ${request.url}` !== 'POST /v1/chat/completions') {
			return refuse(response, 404, `Invalid URL (${request.method} ${request.url})`);
		}
		const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
		this.asked.push(asked);
		const unanswered = unansweredOf(asked.messages);
		if (unanswered !== undefined) return refuse(response, 400, unanswered);
		const answer = this.answers.shift();
		if (answer === undefined) return refuse(response, 400, 'The script has no answer left');
		if (asked.stream === true) stream(response, answer);
		else send(response, 200, completionOf('chat.completion', 'message', answer));
	}
}

/** What OpenAI says of a conversation in which calls and results of tools don't fit. */
function unansweredOf(messages: readonly Message[]): string | undefined {
	const called = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
	const told = messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
	const isSame = called.length === told.length && called.every((id) => told.includes(id));
	return isSame
		? undefined
		: "'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
}

function completionOf(object: string, part: 'message' | 'delta', answer: Answer): IDataObject {
	const [message, reason] =
		'say' in answer
			? [{ content: answer.say }, 'stop']
			: [{ content: null, tool_calls: [callOf(answer.call, answer.arguments)] }, 'tool_calls'];
	return {
		id: `chatcmpl-${randomUUID()}`,
		object,
		created: Math.floor(Date.now() / 1000),
		model: 'scripted',
		choices: [{ index: 0, [part]: { role: 'assistant', ...message }, finish_reason: reason }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

const callOf = (name: string, given: Readonly<IDataObject>): IDataObject => ({
	index: 0,
	id: `call_${randomUUID()}`,
	type: 'function',
	function: { name, arguments: JSON.stringify(given) },
});

function stream(response: ServerResponse, answer: Answer): void {
	const chunk = JSON.stringify(completionOf('chat.completion.chunk', 'delta', answer));
	response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${chunk}\n\ndata: [DONE]\n\n`);
}

function refuse(response: ServerResponse, status: number, message: string): void {
	send(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } });
}

function send(response: ServerResponse, status: number, body: IDataObject): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
