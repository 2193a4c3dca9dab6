import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Shape, unwrap } from '../../api/client.js';

export type Subscription = Shape<'SubscriptionStatus'>;
export type Provider = Shape<'ProviderStatus'>;
export type System = Shape<'SystemStatus'>;
export type DeadLetter = Shape<'DeadLetter'>;
export type DeadLetterAction = Shape<'DeadLetterAction'>;
export type Callback = Shape<'QuarantinedCallback'>;
export type Setting = Shape<'SettingInForce'>;
export type History = Shape<'HealthHistory'>;

/** The values of a subscription that health has. */
export const measures = ['oldest_waiting_seconds', 'waiting', 'dead_letters', 'failures'] as const;
export type Measure = (typeof measures)[number];

const path = '/api/operations/v1';
/** These answers have no data of learners, so asking often fills no access log. */
const often = { refetchInterval: 5_000 };

export const useSubscriptions = () =>
  useQuery({
    queryKey: ['operations', 'subscriptions'],
    queryFn: () => unwrap(api.GET(`${path}/subscriptions`)),
    ...often,
  });

export const useProviders = () =>
  useQuery({
    queryKey: ['operations', 'providers'],
    queryFn: () => unwrap(api.GET(`${path}/providers`)),
    ...often,
  });

export const useSystem = () =>
  useQuery({
    queryKey: ['operations', 'system'],
    queryFn: () => unwrap(api.GET(`${path}/system`)),
    ...often,
  });

export const useSettings = () =>
  useQuery({
    queryKey: ['operations', 'settings'],
    queryFn: () => unwrap(api.GET(`${path}/settings`)),
  });

export const useHealth = (hours: number) =>
  useQuery({
    queryKey: ['operations', 'health', hours],
    queryFn: () => unwrap(api.GET(`${path}/health`, { params: { query: { hours } } })),
    refetchInterval: 60_000,
  });

type Filter = { subscription?: string; user_id?: number; exam_id?: number; page?: number };

export const useDeadLetters = (query: Filter) =>
  useQuery({
    queryKey: ['operations', 'dead letters', query],
    queryFn: () => unwrap(api.GET(`${path}/dead-letters`, { params: { query } })),
  });

export const useDeadLetter = (eventId: string) =>
  useQuery({
    queryKey: ['operations', 'dead letters', eventId],
    queryFn: () => unwrap(api.GET(`${path}/dead-letters/{eventId}`, { params: { path: { eventId } } })),
  });

/** Asks again until the worker has done all of them. */
export const useActions = () =>
  useQuery({
    queryKey: ['operations', 'actions'],
    queryFn: () => unwrap(api.GET(`${path}/dead-letters/actions`)),
    refetchInterval: ({ state }) => (state.data?.results.some(({ done_at }) => done_at === null) ? 1_000 : false),
  });

export const useCallbacks = (query: { user_id?: number; page?: number }) =>
  useQuery({
    queryKey: ['operations', 'callbacks', query],
    queryFn: () => unwrap(api.GET(`${path}/callbacks`, { params: { query } })),
  });

export const useDeliveries = (subscription: string) =>
  useQuery({
    queryKey: ['operations', 'deliveries', subscription],
    queryFn: () => unwrap(api.GET(`${path}/deliveries`, { params: { query: { subscription } } })),
  });

export const useWaiting = (subscription: string) =>
  useQuery({
    queryKey: ['operations', 'waiting', subscription],
    queryFn: () => unwrap(api.GET(`${path}/deliveries/waiting`, { params: { query: { subscription } } })),
  });

/** A change by an operator. Afterwards everything of this area is asked for again. */
function useChange<Change>(change: (change: Change) => Promise<unknown>, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['operations'] });
      done();
    },
  });
}

/** Without an ordering key all dead letters of the subscription are delivered again. */
export const useRetry = (done: () => void) =>
  useChange(
    (body: { subscription: string; ordering_key?: string }) => unwrap(api.POST(`${path}/dead-letters/retry`, { body })),
    done,
  );

export const useSkip = (done: () => void) =>
  useChange(
    ({ eventId, ...body }: { eventId: string; subscription: string; reason: string }) =>
      unwrap(api.POST(`${path}/dead-letters/{eventId}/skip`, { params: { path: { eventId } }, body })),
    done,
  );

export const useReplay = (done: () => void) =>
  useChange(
    (callbackId: number) =>
      unwrap(api.POST(`${path}/callbacks/{callbackId}/replay`, { params: { path: { callbackId } } })),
    done,
  );

export const useDiscard = (done: () => void) =>
  useChange(
    (callbackId: number) =>
      unwrap(api.POST(`${path}/callbacks/{callbackId}/discard`, { params: { path: { callbackId } } })),
    done,
  );
