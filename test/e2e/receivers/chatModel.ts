/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { IDataObject } from 'n8n-workflow';

import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** What the model does next: it says something, or calls a tool. */
export type Turn =
	{ readonly say: string } | { readonly call: string; readonly arguments: Readonly<IDataObject> };

/** A message of OpenAI's chat completions. */
interface Message {
	readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
	readonly content?: string | null | readonly unknown[];
	readonly tool_calls?: ReadonlyArray<{ readonly id: string }>;
	readonly tool_call_id?: string;
}

/** A tool, as described to the model. */
interface Tool {
	readonly name: string;
	readonly description: string;
	readonly parameters: { readonly properties: Readonly<Record<string, IDataObject>> };
}

interface ChatRequest {
	readonly messages: readonly Message[];
	readonly tools?: ReadonlyArray<{ readonly type: 'function'; readonly function: Tool }>;
	readonly stream?: boolean;
}

/** Acts as OpenAI's chat completions: follows a script, and records the requests. */
export class ChatModel extends Receiver {
	readonly key = `sk-${randomUUID()}`;

	readonly requests: ChatRequest[] = [];

	private turns: Turn[] = [];

	get url(): string {
		return `${this.origin}/v1`;
	}

	/** Forgets the requests, and sets the turns to come. */
	script(...turns: readonly Turn[]): void {
		this.requests.length = 0;
		this.turns = [...turns];
	}

	/** The results of the tools in the last request. */
	get toolResults(): string[] {
		const messages = this.requests.at(-1)?.messages ?? [];
		return messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	}

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		if (request.headers.authorization !== `Bearer ${this.key}`) {
			return errorReply(401, 'Incorrect API key provided');
		}
		if (`${request.method} ${request.url}` !== 'POST /v1/chat/completions') {
			return errorReply(404, `Invalid URL (${request.method} ${request.url})`);
		}
		const chat = (await json(request)) as ChatRequest;
		this.requests.push(chat);
		if (!hasAllResults(chat.messages)) {
			const message = "'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
			return errorReply(400, message);
		}
		const turn = this.turns.shift();
		if (turn === undefined) return errorReply(400, 'The script has no turn left');
		if (chat.stream !== true) return { status: 200, body: completion('chat.completion', 'message', turn) };
		const chunk = JSON.stringify(completion('chat.completion.chunk', 'delta', turn));
		return { status: 200, body: `data: ${chunk}\n\ndata: [DONE]\n\n` };
	}
}

/** Whether each call of a tool has its result, as OpenAI requires. */
function hasAllResults(messages: readonly Message[]): boolean {
	const calls = messages.flatMap(({ tool_calls: all = [] }) => all.map(({ id }) => id));
	const results = messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
	return calls.length === results.length && calls.every((id) => results.includes(id));
}

const toolCall = (name: string, given: Readonly<IDataObject>): IDataObject => ({
	index: 0,
	id: `call_${randomUUID()}`,
	type: 'function',
	function: { name, arguments: JSON.stringify(given) },
});

function completion(object: string, part: 'message' | 'delta', turn: Turn): IDataObject {
	const [message, reason] =
		'say' in turn
			? [{ content: turn.say }, 'stop']
			: [{ content: null, tool_calls: [toolCall(turn.call, turn.arguments)] }, 'tool_calls'];
	return {
		id: `chatcmpl-${randomUUID()}`,
		object,
		created: Math.floor(Date.now() / 1000),
		model: 'scripted',
		choices: [{ index: 0, [part]: { role: 'assistant', ...message }, finish_reason: reason }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

const errorReply = (status: number, message: string): Reply => ({
	status,
	body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});
