import { describe, expect, it } from 'vitest';
import { createAgent } from '../../gateway/agents/create.ts';
import { AgentSchema } from '../../gateway/config/agents.ts';
import { tempDir } from '../harness/temp.ts';
import { agentDeps } from './recorder.ts';

describe('createAgent', () => {
  it.each([
    [{ type: 'demo' }, { steer: true }],
    [
      { type: 'process', command: ['cat'] },
      { steer: false, resume: false },
    ],
    [{ type: 'chat', base_url: 'http://127.0.0.1:9/v1', model: 'm' }, { resume: true }],
    [
      { type: 'acp', preset: 'opencode' },
      { steer: false, resume: true },
    ],
  ])('makes an agent of its type from its configuration: %o', async (options, can) => {
    const agent = await createAgent('mine', AgentSchema.parse(options), agentDeps(tempDir()));
    expect(agent.name).toBe('mine');
    expect(agent.capabilities).toMatchObject(can);
    await agent.close();
  });

  it('says which agent of the configuration names a variable of the gateway', async () => {
    const options = AgentSchema.parse({ type: 'acp', preset: 'pi', env: ['SLUICE_HOME'] });
    await expect(createAgent('mine', options, agentDeps(tempDir()))).rejects.toThrow(
      /agents\.mine\.env names SLUICE_HOME/,
    );
  });
});
