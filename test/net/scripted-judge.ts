import type { CloseReason } from '../../src/core/close-reason.ts';
import type { Denial } from '../../src/core/denial.ts';
import type { QuestionId, StatementId } from '../../src/core/ids.ts';
import type { ClientAddress, Judge, OpenJudge, SessionHandle } from '../../src/core/judge.ts';
import type { Answer, Asked } from '../../src/core/question.ts';
import { Arrivals } from './arrivals.ts';

export interface Session {
  readonly handle: SessionHandle;
  readonly client: ClientAddress;
  readonly listener: string;
}

/** Judges every session of a test the same way, and tells the test what it heard. */
export class ScriptedJudge {
  /** `ask select 1`, `note ready`, `closed client-left`, in order. */
  readonly heard: string[] = [];
  readonly asked = new Arrivals<{ readonly text: string; readonly answer: (verdict: 'yes' | 'no') => void }>();
  readonly opened = new Arrivals<Session>();
  readonly closed = new Arrivals<CloseReason>();
  readonly withdrawn = new Arrivals<QuestionId>();
  /** Called inside each note. */
  whenNoted: () => void = () => undefined;
  readonly #now: (text: string) => 'yes' | 'no' | 'later';

  /** @param now the verdict to give inside the call, or `later` */
  constructor(now: (text: string) => 'yes' | 'no' | 'later' = () => 'yes') {
    this.#now = now;
  }

  readonly open: OpenJudge = (listener, client, handle): Judge => {
    this.opened.add({ handle, client, listener });
    return {
      ask: (asked, answer) => this.#ask(asked, answer),
      note: (fact) => {
        this.heard.push(`note ${fact.kind}`);
        this.whenNoted();
      },
      withdraw: (id) => {
        this.withdrawn.add(id);
      },
      closed: (reason) => {
        this.heard.push(`closed ${reason.kind}`);
        this.closed.add(reason);
      },
    };
  };

  #ask(asked: Asked, answer: (answer: Answer) => void): void {
    if (asked.kind !== 'statement' || asked.question.step !== 'simple')
      throw new Error('this protocol asks for statements');
    const text = asked.question.text.toString('latin1').trimEnd();
    this.heard.push(`ask ${text}`);
    const { id } = asked;
    const give = (verdict: 'yes' | 'no') =>
      answer({
        kind: 'statement',
        id,
        verdict:
          verdict === 'yes'
            ? { kind: 'forward', executions: [], prepared: null, settle: false, text: null }
            : { kind: 'deny', id: 'stm_1' as StatementId, denial: refusal },
      });
    const now = this.#now(text);
    if (now !== 'later') give(now);
    this.asked.add({ text, answer: give });
  }
}

export const refusal: Denial = { code: 'policy_denied', message: 'a policy forbids it' };
