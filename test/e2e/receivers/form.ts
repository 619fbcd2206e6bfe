/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends, beside the tests */
import { formidable } from 'formidable';
import type { IncomingMessage } from 'node:http';
import { readFile, rm } from 'node:fs/promises';

/** A file as it arrived. */
export interface ReceivedFile {
	readonly name: string;
	readonly type: string;
	readonly bytes: Buffer;
}

/** A multipart form as it arrived; a name that came twice has its last value. */
export interface Form {
	readonly fields: Readonly<Record<string, string>>;
	readonly files: Readonly<Record<string, ReceivedFile>>;
}

const lastOf = <Value, Read>(
	all: Readonly<Record<string, readonly Value[] | undefined>>,
	read: (value: Value) => Read,
): Record<string, Read> =>
	Object.fromEntries(
		Object.entries(all).flatMap(([name, values = []]) =>
			values.slice(-1).map((value): [string, Read] => [name, read(value)]),
		),
	);

/** Reads a multipart form. */
export async function readForm(request: IncomingMessage): Promise<Form> {
	const [fields, uploads] = await formidable().parse(request);
	const contents = new Map<string, Buffer>();
	for (const { filepath } of Object.values(uploads).flatMap((files = []) => files)) {
		contents.set(filepath, await readFile(filepath));
		await rm(filepath);
	}
	return {
		fields: lastOf(fields, String),
		files: lastOf(uploads, ({ filepath, originalFilename, mimetype }) => ({
			name: originalFilename ?? '',
			type: mimetype ?? '',
			bytes: contents.get(filepath) ?? Buffer.alloc(0),
		})),
	};
}
