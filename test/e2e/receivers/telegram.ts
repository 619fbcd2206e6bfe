/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import { randomBytes, randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import sharp from 'sharp';

import type { Form, ReceivedFile } from './form';
import { readForm } from './form';
import type { Reply } from './receiver';
import { Receiver } from './receiver';

/** Bytes, pixels and characters, from the Bot API's documentation of sendPhoto. */
const LIMITS = { bytes: 10_000_000, sides: 10_000, ratio: 20, caption: 1024 };

const PHOTO_FORMATS = ['jpeg', 'png', 'webp'];

const ok = (result: object): Reply => ({ status: 200, body: { ok: true, result } });

const errorReply = (status: number, description: string): Reply => ({
	status,
	body: { ok: false, error_code: status, description },
});

/** Reads the format and size of a picture. The format is empty when the bytes are not a picture. */
async function readPicture(bytes: Buffer): Promise<{ format: string; width: number; height: number }> {
	try {
		const { format = '', width = 0, height = 0 } = await sharp(bytes).metadata();
		return { format, width, height };
	} catch {
		return { format: '', width: 0, height: 0 };
	}
}

/** A message as the Bot API takes it. */
interface Message {
	readonly chat_id: string | number;
	readonly text: string;
	readonly reply_markup?: {
		readonly inline_keyboard?: ReadonlyArray<ReadonlyArray<{ readonly text: string; readonly url: string }>>;
	};
}

/** A photo in a chat. */
export interface SentPhoto {
	readonly chat: string;
	readonly caption: string;
	readonly file: ReceivedFile;
}

/** Acts as Telegram's Bot API with one bot, which may write to one chat. */
export class Telegram extends Receiver {
	readonly token = `${randomInt(1e9, 1e10)}:${randomBytes(26).toString('base64url')}`;

	readonly chat = String(-randomInt(1e9, 1e10));

	readonly photos: SentPhoto[] = [];

	/** Messages in the chat, with the buttons below each. */
	readonly messages: Array<{
		readonly text: string;
		readonly buttons: ReadonlyArray<{ readonly label: string; readonly url: string }>;
	}> = [];

	protected async replyTo(request: IncomingMessage): Promise<Reply> {
		const [, bot, method] = (request.url ?? '').split('/');
		if (bot !== `bot${this.token}`) return errorReply(401, 'Unauthorized');
		switch (method) {
			case 'getMe':
				return ok({ id: Number.parseInt(this.token), is_bot: true, first_name: 'Fox', username: 'fox_bot' });
			case 'sendPhoto':
				return await this.sendPhoto(await readForm(request));
			case 'sendMessage':
				return this.sendMessage((await json(request)) as Message);
			default:
				return errorReply(404, 'Not Found');
		}
	}

	private sendMessage({ chat_id: chat, text, reply_markup: markup }: Message): Reply {
		if (String(chat) !== this.chat) return errorReply(400, 'Bad Request: chat not found');
		const buttons = (markup?.inline_keyboard ?? []).flat().map(({ text: label, url }) => ({ label, url }));
		this.messages.push({ text, buttons });
		return ok({ message_id: this.messages.length, text });
	}

	private async sendPhoto({ fields, files: { photo } }: Form): Promise<Reply> {
		const { chat_id: chat, caption = '' } = fields;
		if (chat !== this.chat) return errorReply(400, 'Bad Request: chat not found');
		if (photo === undefined) return errorReply(400, 'Bad Request: there is no photo in the request');
		if (photo.bytes.length > LIMITS.bytes) return errorReply(413, 'Request Entity Too Large');
		if (caption.length > LIMITS.caption) return errorReply(400, 'Bad Request: message caption is too long');
		const { format, width, height } = await readPicture(photo.bytes);
		if (!PHOTO_FORMATS.includes(format)) return errorReply(400, 'Bad Request: IMAGE_PROCESS_FAILED');
		if (width + height > LIMITS.sides || Math.max(width / height, height / width) > LIMITS.ratio) {
			return errorReply(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS');
		}
		this.photos.push({ chat, caption, file: photo });
		const id = randomBytes(12).toString('base64url');
		return ok({
			message_id: this.photos.length,
			chat: { id: Number(chat), type: 'group', title: 'Pictures' },
			date: Math.floor(Date.now() / 1000),
			photo: [{ file_id: id, file_unique_id: id, width, height, file_size: photo.bytes.length }],
			caption,
		});
	}
}
