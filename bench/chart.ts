import type { Figures } from './figures';
import type { Contender } from './job';
import { isOwn } from './job';
import { NAMES } from './tables';

/** A bar with its name and the value that stands behind it. */
interface Bar {
	readonly contender: Contender;
	readonly name: string;
	readonly value: number;
	readonly label: string;
}

/** Bars of one kind under a title. */
interface Panel {
	readonly title: string;
	readonly bars: readonly Bar[];
	/** The value whose bar is the longest that there is room for. */
	readonly longest: number;
}

const WIDTH = 860;
const NAME_WIDTH = 330;
const BAR_WIDTH = 400;
const LINE = 20;
const TITLE_HEIGHT = 44;

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const MEMORY_ITEMS = [16, 64, 256];

const SHOWN: ReadonlyArray<readonly [Contender, number | 'all']> = [
	['node', 4],
	['http', 'all'],
	['httpBatched', 4],
	['declarative', 'all'],
];

function memoryPanel({ rows }: Figures): Panel {
	const bars = MEMORY_ITEMS.flatMap((items) =>
		SHOWN.flatMap(([contender, atOnce]) =>
			rows
				.filter((row) => row.contender === contender && row.items === items && row.atOnce === atOnce)
				.filter(({ pictureBytes, delay }) => pictureBytes === 2_000_000 && delay === 200)
				.map(({ memory }) => ({
					contender,
					name: `${NAMES[contender]}, ${items} images`,
					value: memory ?? 0,
					label: `${Math.round((memory ?? 0) / 1_000_000)} MB`,
				})),
		),
	);
	const longest = Math.max(...bars.map(({ value }) => value));
	return { title: 'Memory over an empty flow, images of 2 MB in 200 ms', bars, longest };
}

function moneyPanels({ spent }: Figures): Panel[] {
	const troubles = [...new Set(spent.map(({ trouble }) => trouble))];
	const longest = Math.max(...spent.map(({ paidPerDelivered }) => paidPerDelivered ?? 0));
	return troubles.map((trouble) => ({
		longest,
		title: `Paid per delivered: ${trouble}`,
		bars: spent
			.filter((each) => each.trouble === trouble)
			.map(({ contender, paid, paidPerDelivered }) => ({
				contender,
				name: NAMES[contender],
				value: paidPerDelivered ?? 0,
				label: paidPerDelivered === null ? `${paid} paid, none delivered` : paidPerDelivered.toFixed(2),
			})),
	}));
}

function toSvgPanel({ title, bars, longest }: Panel, top: number): string {
	const lines = bars.map(({ contender, name, value, label }, index) => {
		const y = top + TITLE_HEIGHT + index * LINE;
		const width = Math.max(1, (value / longest) * BAR_WIDTH).toFixed(1);
		return `<text x="${NAME_WIDTH - 10}" y="${y + 14}" class="name">${escaped(name)}</text><rect x="${NAME_WIDTH}" y="${y + 3}" width="${width}" height="14" class="${isOwn(contender) ? 'own' : 'other'}"/><text x="${NAME_WIDTH + Number(width) + 6}" y="${y + 14}">${escaped(label)}</text>`;
	});
	return `<text x="20" y="${top + 30}" class="title">${escaped(title)}</text>\n${lines.join('\n')}`;
}

/** Memory and money as bars, in colours for a light and a dark page. */
export function toChart(figures: Figures): string {
	const panels = [memoryPanel(figures), ...moneyPanels(figures)];
	let top = 0;
	const drawn = panels.map((panel) => {
		const svg = toSvgPanel(panel, top);
		top += TITLE_HEIGHT + panel.bars.length * LINE;
		return svg;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 20}" width="${WIDTH}" height="${top + 20}">
<style>
text { font: 13px sans-serif; fill: #24292f } .title { font-weight: bold; font-size: 14px } .name { text-anchor: end }
rect { fill: #8c959f } .own { fill: #0969da } .page { fill: #ffffff }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6e7681 } .own { fill: #4493f8 } .page { fill: #0d1117 } }
</style>
<rect class="page" width="100%" height="100%"/>
${drawn.join('\n')}
</svg>
`;
}
