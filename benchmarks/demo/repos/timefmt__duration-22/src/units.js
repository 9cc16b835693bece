/** Units from the largest to the smallest, in milliseconds. */
export const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];
