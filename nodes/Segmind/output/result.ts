import type { IBinaryData, IDataObject } from 'n8n-workflow';

import type { Usage } from '../api/response';
import type { MediaFile } from '../files/fileType';

/** What a job and its item say about the result. */
interface ResultBase {
	/** Output fields about what was asked for and made. They come first in the item. */
	readonly fields: IDataObject;
	readonly usage: Usage;
	/** Where Segmind keeps the file. */
	readonly link?: string | undefined;
	/** Says whether a queued request is finished; left out for a direct one. */
	readonly status?: 'QUEUED' | 'COMPLETED';
}

/** What a paid request produced. */
export interface Result extends ResultBase {
	/** Goes to the binary field that the user chose. */
	readonly file?: MediaFile | undefined;
	/** Go to binary fields of their own names. */
	readonly namedFiles?: Readonly<Record<string, MediaFile>>;
}

/** A result whose files are stored in n8n. */
export interface StoredResult extends ResultBase {
	/** Without an extension. */
	readonly fileName: string;
	readonly file?: IBinaryData;
	readonly namedFiles: Readonly<Record<string, IBinaryData>>;
	readonly attempts: number;
}
