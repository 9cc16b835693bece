// The reward model that a verb uses: the folder of `--model`, or the one that ships with bestk.
import { loadRewardModel, type RewardModel } from "../reward/model.js";

export function openModel(folder: string | undefined): Promise<RewardModel> {
  return folder === undefined ? loadRewardModel() : loadRewardModel(folder);
}
