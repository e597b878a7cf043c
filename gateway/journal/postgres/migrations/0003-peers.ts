/** How others hear an instance directly: its address and its key, as JSON. Goes with the instance. */
export const migration0003 = `
ALTER TABLE sluice.instances ADD COLUMN peer text;
`;
