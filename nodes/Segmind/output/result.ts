import type { IBinaryData, IDataObject } from 'n8n-workflow';

import type { QueuedRequest } from '../api/queue';
import type { Usage } from '../api/response';
import type { MediaFile } from '../files/fileType';

/** What a job and its items say about the result. */
interface ResultBase {
	/** Output fields about what was asked for and made. They come first in each item. */
	readonly fields: IDataObject;
	readonly usage: Usage;
	/** Files that their host refuses for good. The others are here. */
	readonly refused?: number;
	/** Says whether a queued request is finished; left out for a direct one. */
	readonly status?: 'QUEUED' | 'COMPLETED';
}

/** What a paid request produced. */
export interface Result extends ResultBase {
	/** Each one becomes an item with the file in the binary field that the user chose. */
	readonly files: ReadonlyArray<{
		readonly file: MediaFile;
		/** Where Segmind keeps it. */
		readonly link: string | undefined;
	}>;
	/** All go to the first item, to binary fields of their own names. */
	readonly namedFiles?: Readonly<Record<string, MediaFile>>;
}

/** A result whose files are stored in n8n. */
export interface StoredResult extends ResultBase {
	/** Of the first file, without an extension. */
	readonly fileName: string;
	readonly files: ReadonlyArray<{
		readonly binary: IBinaryData;
		readonly link: string | undefined;
		/** Output fields about the file. */
		readonly fields: IDataObject;
	}>;
	/** Undefined where the outputs have no names. */
	readonly namedFiles?: Readonly<Record<string, IBinaryData>> | undefined;
	readonly attempts: number;
	/** Whether its response was lost, and Segmind's history had it. */
	readonly recovered?: boolean;
}

/** Returns the result of a request that is not waited for: its id, by which Get Result fetches it. */
export const toSubmitted = (fields: IDataObject, { requestId }: QueuedRequest): Result => ({
	fields,
	files: [],
	usage: { cost: null, remainingCredits: null, generationTime: null, requestId },
	status: 'QUEUED',
});
