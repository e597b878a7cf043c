import { z } from 'zod';
import { ROLES } from '../attribution/model.ts';

/**
 * The shapes of `--format json`. A version only ever gains keys; what else changes is a new version.
 * The files in schemas/ are made from here.
 */

const text = z.string();
const count = z.int().nonnegative();

const revision = z.object({
  name: text.describe('As it was given: a tag, a branch, HEAD.'),
  sha: text.describe('The commit.'),
});

const range = z.object({
  since: revision.nullable().describe('Where the range begins; null: with the first commit.'),
  until: revision,
  paths: z.array(text).readonly().describe('Only commits that touch these; empty: all.'),
});

const role = z.enum(ROLES).describe('Strongest first.');

const evidence = z.object({
  sha: text.optional(),
  pr: z.int().optional().describe('The number of a pull or merge request.'),
  line: text.describe('The line that says it.'),
  strength: z.enum(['strong', 'weak']),
  note: text.optional().describe('A second opinion, or another remark.'),
});

const auditPerson = z.object({
  id: text.describe('"@login", or "Name <address>" where no login is known.'),
  login: text.nullable(),
  name: text,
  emails: z.array(text).readonly(),
  joins: z
    .array(z.object({ what: text, reason: text, weak: z.boolean() }))
    .readonly()
    .describe('What was joined to this person, and why.'),
  remarks: z.array(text).readonly().describe('Weak joins, namesakes.'),
  credits: z
    .array(
      z.object({
        role,
        count: count.describe('All of them.'),
        evidence: z.array(evidence).readonly().describe('The first of them.'),
      }),
    )
    .readonly(),
});

/** `contributor-audit --format json`. */
export const AuditSchema = z
  .object({
    kind: z.literal('contributor-audit'),
    schemaVersion: z.literal(1),
    range,
    commits: count.describe("By git's own count."),
    authored: count.describe('Without merges.'),
    exitCode: z.int().min(0).max(2).describe('0 all credited, 1 findings, 2 could not be checked.'),
    people: z.array(auditPerson).readonly().describe('The contributors, most work first.'),
    helpers: z.array(auditPerson).readonly().describe('Who helped only; empty without --helpers.'),
    missing: z
      .array(text)
      .readonly()
      .nullable()
      .describe('Ids of people whom the notes do not name; null without notes.'),
    unearned: z
      .array(z.object({ handle: text.optional(), name: text.optional(), line: count }))
      .readonly()
      .nullable()
      .describe('Entries of the contributor list without a credit; null without notes.'),
    part: text.nullable().describe('The heading of the part of the notes that was read.'),
    unresolved: z
      .array(
        z.object({
          kind: z.enum(['address', 'name', 'source pull request']),
          what: text,
          namesake: text.optional(),
          evidence: z.array(evidence).readonly(),
          suggestion: text.describe('A line for the AUTHOR_MAP.'),
        }),
      )
      .readonly()
      .describe('Identities without a login.'),
    incomplete: z.array(text).readonly().describe('Needed facts that could not be had.'),
    limits: z.array(text).readonly().describe('What was not looked at, and not needed.'),
    weak: z
      .array(z.object({ who: text, evidence }))
      .readonly()
      .describe('Weak evidence, not counted.'),
    suspects: z
      .array(
        z.object({
          who: text,
          reason: text,
          evidence: z.array(evidence).readonly(),
          machine: text.describe('The line for the AUTHOR_MAP that leaves them out.'),
          person: text.describe('The line for the AUTHOR_MAP that keeps them as a person.'),
        }),
      )
      .readonly()
      .describe('Who is credited and may be an assistant or a bot, until somebody decides.'),
    filtered: z
      .array(
        z.object({
          ident: z.object({ name: text, email: text }),
          reason: text,
          count,
        }),
      )
      .readonly()
      .describe('Who was left out as an assistant, a bot or ignored.'),
  })
  .meta({ title: 'contributor-audit --format json' });

const person = {
  id: text.describe('"@login", or "Name <address>" where no login is known.'),
  login: text.nullable(),
  name: text,
  mention: text.describe('"@login", or the name where no login is known.'),
  url: text.nullable().describe("The person's page on the forge."),
};

const contributor = z.object({
  ...person,
  firstContribution: z.boolean().describe('Nothing of theirs is before the range.'),
  credits: z.array(z.object({ role, count })).readonly(),
  work: text.describe('The credits in words: "2 commits, co-author of 1".'),
});

/** `release --format json`, and what a template is given. */
export const ReleaseSchema = z
  .object({
    kind: z.literal('release'),
    schemaVersion: z.literal(1),
    title: text.describe('The tag, or "Unreleased".'),
    tag: text.nullable(),
    version: text.nullable(),
    date: text.describe('YYYY-MM-DD'),
    range,
    commits: count.describe("By git's own count."),
    authored: count.describe('Without merges.'),
    sections: z
      .array(
        z.object({
          name: text.describe('"Features", "Fixes", …; "Changes" where there is one list only.'),
          changes: z
            .array(
              z.object({
                text: text.describe("The commit's subject, or the pull request's title."),
                scope: text.nullable().describe('"queue" of "fix(queue): keep order".'),
                breaking: text
                  .nullable()
                  .describe('What breaks, in words; may be empty. null: nothing.'),
                isBreaking: z.boolean(),
                pulls: z
                  .array(
                    z.object({
                      number: z.int(),
                      name: text.describe('"#12", "!12" on GitLab.'),
                      url: text.nullable(),
                    }),
                  )
                  .readonly(),
                commits: z
                  .array(z.object({ sha: text, short: text, url: text.nullable() }))
                  .readonly(),
                people: z.array(z.object(person)).readonly(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly()
      .describe('In the order of the notes; empty sections are left out.'),
    contributors: z.array(contributor).readonly().describe('Most work first.'),
    helpers: z.array(contributor).readonly().describe('Who helped only; empty without --helpers.'),
    compareUrl: text.nullable().describe("The forge's page of the whole range."),
    incomplete: z.array(text).readonly().describe('Needed facts that could not be had.'),
  })
  .meta({ title: 'release --format json' });

export type AuditReport = z.infer<typeof AuditSchema>;
export type ReleaseReport = z.infer<typeof ReleaseSchema>;

/** The JSON Schema of a command's `--format json`, as its file has it. */
export function schemaText(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
}
