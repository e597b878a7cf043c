/** The machine that has what a lane's agent keeps; NULL: the lane may run anywhere. */
export const migration0005 = `
ALTER TABLE sluice.lanes ADD COLUMN machine text;
`;
