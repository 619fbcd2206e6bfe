/* eslint-disable @n8n/community-nodes/no-restricted-imports -- receives what a real n8n sends */
import S3rver from '@20minutes/s3rver';
import { DUMMY_ACCOUNT } from '@20minutes/s3rver/lib/models/account';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ReceivedFile } from './form';
import { digestOf } from './pictures';

/**
 * A bucket of an S3 server, which checks the signatures of version 4 that n8n makes. It lets unsigned requests pass, and
 * does not compare the body with its signed digest. s3rver, of which it is the kept fork, accepts any such signature.
 */
export class Bucket {
	private constructor(
		readonly name: string,
		/** The data of n8n's S3 credential. */
		readonly credential: { readonly endpoint: string; readonly [field: string]: string | boolean },
		private readonly server: S3rver,
		private readonly folder: string,
	) {}

	static async start(name: string): Promise<Bucket> {
		const [accessKeyId, secretAccessKey] = [randomBytes(10).toString('hex'), randomBytes(20).toString('hex')];
		DUMMY_ACCOUNT.createKeyPair(accessKeyId, secretAccessKey);
		const folder = await mkdtemp(join(tmpdir(), 's3-'));
		const server = new S3rver({
			address: '127.0.0.1',
			port: 0,
			directory: folder,
			silent: true,
			configureBuckets: [{ name }],
		});
		const { port } = await server.run();
		const endpoint = `http://127.0.0.1:${port}`;
		const credential = { endpoint, region: 'us-east-1', accessKeyId, secretAccessKey, forcePathStyle: true };
		return new Bucket(name, credential, server, folder);
	}

	/** Returns all stored files. Their names are their keys. */
	async files(): Promise<ReceivedFile[]> {
		const url = `${this.credential.endpoint}/${this.name}`;
		const list = await (await fetch(`${url}?list-type=2`)).text();
		const keys = [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => String(key));
		return await Promise.all(
			keys.map(async (name) => {
				const response = await fetch(`${url}/${name}`);
				const bytes = Buffer.from(await response.arrayBuffer());
				return { name, type: response.headers.get('content-type') ?? '', bytes };
			}),
		);
	}

	/** Maps the key of each stored file to the digest of its bytes. */
	async digests(): Promise<Map<string, string>> {
		return new Map((await this.files()).map(({ name, bytes }) => [name, digestOf(bytes)]));
	}

	async close(): Promise<void> {
		this.server.httpServer.closeAllConnections();
		await this.server.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}
