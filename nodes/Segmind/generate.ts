import { randomInt } from 'node:crypto';

import type { Operation } from './batch';
import { FileNames, toDefaultName } from './fileName';
import { requestImage } from './image';
import { toItem } from './item';
import type { Model } from './model/attribute';
import { readParameters } from './parameters';
import { toImageRequest } from './request';
import { toSettings } from './settings';

const draw = (max: number): number => randomInt(max + 1);

/** image: generate with one model. All that can be checked is checked before the request that costs. */
export const generate =
	(model: Model): Operation =>
	({ context, segmind }) => {
		const names = new FileNames();
		return async (itemIndex) => {
			const { attributes, options } = readParameters(context, model, itemIndex);
			const settings = toSettings(options);
			const request = toImageRequest(model, attributes, draw);
			const image = await requestImage(await segmind(), request, settings.timeout);
			const { prompt, seed } = request.body;
			const fileName = names.claim(settings.fileName ?? toDefaultName(String(prompt), Number(seed)));
			return [await toItem(context, { image, request, settings, fileName, attempts: 1, itemIndex })];
		};
	};
