import { randomUUID } from 'node:crypto';

import { MEDIA_TYPES } from './published';

export const UPLOAD_PATH = '/upload-asset';

export const ASSETS_PATH = '/assets/';

/** An uploaded file. */
export interface Asset {
	readonly type: string;
	readonly bytes: Buffer;
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+);base64,([A-Za-z0-9+/]+={0,2})$/;

/** Finds the extension of a media type. */
const extensionOf = (type: string): string =>
	Object.entries(MEDIA_TYPES).find(([, each]) => each === type)?.[0] ?? type.split('/')[1] ?? 'bin';

/** Files that were uploaded. They are public, and there is no way to list or delete them. */
export class Assets {
	private readonly byPath = new Map<string, Asset>();

	constructor(private readonly origin: () => string) {}

	get all(): Asset[] {
		return [...this.byPath.values()];
	}

	/** Stores what an upload brings. Returns the URLs of its files, or why it is refused. */
	upload({ data_urls: urls }: Readonly<Record<string, unknown>>): string[] | { readonly error: string } {
		if (!Array.isArray(urls) || urls.length === 0) return { error: 'data_urls must be a non-empty list' };
		const parts = urls.map((url) => (typeof url === 'string' ? DATA_URL.exec(url) : null));
		if (parts.includes(null)) return { error: 'data_urls must hold data URLs with base64' };
		return parts.map((part) => {
			const [, type = '', base64 = ''] = part ?? [];
			const path = `${ASSETS_PATH}${randomUUID()}.${extensionOf(type)}`;
			this.byPath.set(path, { type, bytes: Buffer.from(base64, 'base64') });
			return `${this.origin()}${path}`;
		});
	}

	get(path: string): Asset | undefined {
		return this.byPath.get(path);
	}

	clear(): void {
		this.byPath.clear();
	}
}
