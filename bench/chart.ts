import type { Figures } from './figures';
import { HEADLINE, isOf } from './timings';
import type { Contender } from './types';
import { isOwn, NAMES } from './types';

interface Panel {
	readonly title: string;
	readonly bars: ReadonlyArray<{
		readonly contender: Contender;
		readonly name: string;
		readonly value: number;
		readonly label: string;
	}>;
}

const WIDTH = 860;
const NAME_WIDTH = 330;
const BAR_WIDTH = 400;
const LINE = 20;
const TITLE_HEIGHT = 44;

const MEMORY_ITEMS = [16, 64, 256];

/** The order of the bars, and the concurrency that is shown. */
const SHOWN: ReadonlyArray<readonly [Contender, number | 'all']> = [
	['node', HEADLINE.concurrency],
	['http', 'all'],
	['httpBatched', HEADLINE.concurrency],
	['declarative', 'all'],
];

function memoryPanel({ timings }: Figures): Panel {
	const bars = MEMORY_ITEMS.flatMap((items) =>
		SHOWN.flatMap(([contender, concurrency]) =>
			timings
				.filter((each) => isOf(each, { ...HEADLINE, items }))
				.filter((each) => each.contender === contender && each.concurrency === concurrency)
				.map(({ memory }) => ({
					contender,
					name: `${NAMES[contender]}, ${items} images`,
					value: memory ?? 0,
					label: `${Math.round((memory ?? 0) / 1_000_000)} MB`,
				})),
		),
	);
	return { title: 'Memory over an empty workflow, images of 2 MB in 200 ms', bars };
}

function spendingPanels({ spending }: Figures): Panel[] {
	return [...new Set(spending.map(({ fault }) => fault))].map((fault) => ({
		title: `Paid per delivered: ${fault}`,
		bars: spending
			.filter((each) => each.fault === fault)
			.map(({ contender, paid, paidPerDelivered }) => ({
				contender,
				name: NAMES[contender],
				value: paidPerDelivered ?? 0,
				label: paidPerDelivered === null ? `${paid} paid, none delivered` : paidPerDelivered.toFixed(2),
			})),
	}));
}

function toSvgPanel({ title, bars }: Panel, longest: number, top: number): string {
	const lines = bars.map(({ contender, name, value, label }, index) => {
		const y = top + TITLE_HEIGHT + index * LINE;
		const width = Math.max(1, (value / longest) * BAR_WIDTH).toFixed(1);
		return `<text x="${NAME_WIDTH - 10}" y="${y + 14}" class="name">${name}</text><rect x="${NAME_WIDTH}" y="${y + 3}" width="${width}" height="14"${isOwn(contender) ? ' class="own"' : ''}/><text x="${NAME_WIDTH + Number(width) + 6}" y="${y + 14}">${label}</text>`;
	});
	return `<text x="20" y="${top + 30}" class="title">${title}</text>\n${lines.join('\n')}`;
}

/** Memory and money as bars, in colours for a light and a dark page. */
export function toChart(figures: Figures): string {
	let top = 0;
	const draw = (panels: readonly Panel[]): string[] => {
		const longest = Math.max(...panels.flatMap(({ bars }) => bars.map(({ value }) => value)));
		return panels.map((panel) => {
			const svg = toSvgPanel(panel, longest, top);
			top += TITLE_HEIGHT + panel.bars.length * LINE;
			return svg;
		});
	};
	const panels = [...draw([memoryPanel(figures)]), ...draw(spendingPanels(figures))];
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 20}" width="${WIDTH}" height="${top + 20}">
<style>
text { font: 13px sans-serif; fill: #24292f } .title { font-weight: bold; font-size: 14px } .name { text-anchor: end }
rect { fill: #8c959f } .own { fill: #0969da } .page { fill: #ffffff }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6e7681 } .own { fill: #4493f8 } .page { fill: #0d1117 } }
</style>
<rect class="page" width="100%" height="100%"/>
${panels.join('\n')}
</svg>
`;
}
