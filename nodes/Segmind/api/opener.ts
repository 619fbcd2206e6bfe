import type { IExecuteFunctions } from 'n8n-workflow';

import { SegmindClient } from './client';

/**
 * Opens the client of a run when it is first needed, and checks that an item's credential is the same.
 *
 * @throws {SegmindError} when the credential can't be used, or is another account's
 */
export type Opener = (itemIndex: number) => Promise<SegmindClient>;

/** Returns the opener of a run: what sends nothing needs no credential. */
export function openerOf(context: IExecuteFunctions): Opener {
	let client: Promise<SegmindClient> | undefined;
	return async (itemIndex) => {
		const opened = await (client ??= SegmindClient.open(context));
		// It was opened with the credential of the first item.
		if (itemIndex > 0) await opened.checkCredential(itemIndex);
		return opened;
	};
}
