import type { APIMessageComponentInteraction, GatewayDispatchPayload } from 'discord-api-types/v10';
import { InteractionResponseType, MessageFlags, Routes } from 'discord-api-types/v10';
import type { Log } from '../../core/log.ts';
import type { Host } from '../platform.ts';
import type { Authorise } from '../shared/deps.ts';
import type { Questions } from '../shared/questions.ts';
import { type REST, saysOf } from './rest.ts';

export interface InteractionParts {
  readonly rest: REST;
  readonly questions: Questions;
  readonly authorise: Authorise;
  readonly host: Host;
  readonly account: string;
  readonly log: Log;
}

/** A pressed button answers the question it belongs to; its message then shows what was chosen. */
export async function answerInteraction(
  event: GatewayDispatchPayload,
  parts: InteractionParts,
): Promise<void> {
  const { rest, questions, authorise, host, account, log } = parts;
  const press = event.d as APIMessageComponentInteraction;
  const user = press.member?.user ?? press.user;
  if (user === undefined) return;
  const channel = press.channel.id;
  const address = { platform: 'discord', account, chat: channel };
  const who = { id: user.id, name: user.username };
  // Never as a direct chat: a button is no place to tell a stranger a code.
  let allowed = await authorise(who, address, false);
  if (press.guild_id !== undefined && (typeof allowed === 'object' || allowed === 'ignore')) {
    allowed = await authorise(who, { ...address, chat: press.guild_id }, false);
  }
  const may = allowed === 'owner' || allowed === 'guest';
  const choice = may ? questions.take(press.data.custom_id, channel) : undefined;
  let said = may ? 'This question is no longer open.' : 'You may not answer this.';
  let done = false;
  try {
    if (choice !== undefined) {
      await host.operations.answer(choice.turn, choice.question, choice.option);
      said = `${press.message.content}\n→ ${choice.label}`;
      done = true;
    }
  } catch (error) {
    log.info({ err: error }, 'an answer came too late');
  }
  const body = done
    ? { type: InteractionResponseType.UpdateMessage, data: { content: said, components: [] } }
    : {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { content: said, flags: MessageFlags.Ephemeral },
      };
  rest
    .post(Routes.interactionCallback(press.id, press.token), { body, auth: false })
    .catch((error: unknown) => log.debug({ why: saysOf(error) }, 'a press could not be answered'));
}
