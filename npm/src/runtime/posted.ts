// An answer on its way from its thread. Rankings are many small objects, for which structured clone takes long: 0.1 ms for 32
// examples with 3 labels each. As numbers they take a tenth of that, since both sides know the labels. Plain loops, because the
// methods of arrays would take back half of what that saves.
import type { Description, Prediction, Ranked } from "./types.js";

/** An answer, with its rankings as numbers where the description has their labels. */
export interface Posted extends Prediction {
  rankings?: Rankings;
}

/** `top` and then each of `tops`, one behind the other. */
interface Rankings {
  /** Which of the description's outputs has the labels. */
  output: number;
  /** How many labels a list has; each has as many. */
  each: number;
  indices: Uint32Array;
  scores: Float64Array;
}

/** The form of an answer that is fast to post; the answer itself where it has no such form. */
export function posted(prediction: Prediction, description: Description): Posted {
  const rankings = rankingsOf(prediction, description);
  if (!rankings) return prediction;
  const { top, tops, ...others } = prediction;
  return { ...others, rankings };
}

/** The answer that was posted, as the engine gave it. */
export function opened({ rankings, ...others }: Posted, { outputs }: Description): Prediction {
  if (!rankings) return others;
  const { output, each, indices, scores } = rankings;
  const labels = outputs[output]?.labels as string[];
  const lists: Ranked[][] = [];
  for (let at = 0; at < indices.length; ) {
    const list: Ranked[] = [];
    for (const end = at + each; at < end; at += 1) {
      const index = indices[at] as number;
      list.push({ label: labels[index] as string, index, score: scores[at] as number });
    }
    lists.push(list);
  }
  const [top, ...tops] = lists;
  return { ...others, top: top as Ranked[], tops };
}

/** Nothing where there are none, where lists differ in length, or where a label is not its index's. */
function rankingsOf({ top, tops }: Prediction, { outputs }: Description): Rankings | undefined {
  if (!top || !tops) return undefined;
  const each = top.length;
  const output = outputs.findIndex(({ labels }) => labels && top.every(({ label, index }) => labels[index] === label));
  const labels = outputs[output]?.labels;
  if (!labels || each === 0) return undefined;
  const indices = new Uint32Array(each * (1 + tops.length));
  const scores = new Float64Array(indices.length);
  let at = 0;
  for (const list of [top, ...tops]) {
    if (list.length !== each) return undefined;
    for (const { label, index, score } of list) {
      if (labels[index] !== label) return undefined;
      indices[at] = index;
      scores[at] = score;
      at += 1;
    }
  }
  return { output, each, indices, scores };
}
