import Router from '@koa/router';
import type { Context } from 'koa';
import { Problem, type Static, type TSchema } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { AccessEvaluator } from '../authzen/evaluator.ts';
import { EvaluationRequest, EvaluationsRequest, evaluationOf, evaluationsOf } from '../authzen/request.ts';
import type { Access } from '../identity/access.ts';
import { assertValid } from '../validation.ts';
import { readJson } from './body.ts';
import { type Authentication, authenticate, type RouteServices } from './routes.ts';

const EVALUATION = '/access/v1/evaluation';
const EVALUATIONS = '/access/v1/evaluations';
const METADATA = '/.well-known/authzen-configuration';

type AuthzenServices = Authentication & Pick<RouteServices, 'config'> & { readonly evaluator: AccessEvaluator; readonly access: Access };

/** The AuthZEN Authorization API 1.0: policies asked by other applications. */
export function authzenRoutes(services: AuthzenServices): Router {
  const { evaluator, config } = services;
  const router = new Router();

  /** Who asks must be there before what they ask is looked at. */
  async function callerOf(ctx: Context): Promise<Caller> {
    const caller = await authenticate(ctx, services);
    await services.access.principal(caller.tenant, caller.userId);
    return caller;
  }

  async function read<Schema extends TSchema>(ctx: Context, schema: Schema): Promise<Static<Schema>> {
    const body = await readJson(ctx, { limit: config.bodyLimit });
    assertValid(schema, body);
    return body as Static<Schema>;
  }

  router.post(EVALUATION, async (ctx) => {
    const caller = await callerOf(ctx);
    const request = await read(ctx, EvaluationRequest);
    const [answer] = await evaluator.evaluate(caller, [evaluationOf(request)], 'execute_all');
    ctx.body = answerOne(answer);
  });

  router.post(EVALUATIONS, async (ctx) => {
    const caller = await callerOf(ctx);
    const request = await read(ctx, EvaluationsRequest);
    if (!request.evaluations || request.evaluations.length === 0) {
      // Section 7.1: without evaluations it is a single one.
      assertValid(EvaluationRequest, request);
      const [answer] = await evaluator.evaluate(caller, [evaluationOf(request as Static<typeof EvaluationRequest>)], 'execute_all');
      ctx.body = answerOne(answer);
      return;
    }
    const semantic = request.options?.evaluations_semantic ?? 'execute_all';
    ctx.body = { evaluations: await evaluator.evaluate(caller, evaluationsOf(request), semantic) };
  });

  return router;
}

/** `/.well-known/authzen-configuration` (section 9); no token needed. */
export function authzenMetadata({ config }: Pick<RouteServices, 'config'>): Router {
  const router = new Router();
  router.get(METADATA, (ctx) => {
    const here = config.publicUrl ?? `${ctx.protocol}://${ctx.host}`;
    ctx.body = {
      policy_decision_point: here,
      access_evaluation_endpoint: here + EVALUATION,
      access_evaluations_endpoint: here + EVALUATIONS,
    };
  });
  return router;
}

function answerOne(answer: Awaited<ReturnType<AccessEvaluator['evaluate']>>[number] | undefined) {
  if (!answer) throw new TypeError('an evaluation has an answer');
  const { error, decision_id, reasons } = answer.context;
  if (error) throw new Problem('unavailable', error.message, { ...(decision_id ? { decision_id } : {}), ...(reasons ? { reasons } : {}) });
  return answer;
}

/** For /openapi.json. */
export const authzenOperations = [
  { path: EVALUATION, id: 'access.evaluation', title: 'May this subject do that? (AuthZEN 1.0)', body: EvaluationRequest },
  { path: EVALUATIONS, id: 'access.evaluations', title: 'Several of these questions at once (AuthZEN 1.0)', body: EvaluationsRequest },
];
