import { StandardRetryStrategy } from '@smithy/core/retry';

/**
 * The SDK's standard retries, except of throttling: its waiting knows neither the lane nor that others wait too, so that a
 * throttled write is tried again by the pace of its lane alone.
 */
export function retriesButThrottling(maxAttempts: number): StandardRetryStrategy {
  const strategy = new StandardRetryStrategy(maxAttempts);
  const refresh = strategy.refreshRetryTokenForRetry.bind(strategy);
  strategy.refreshRetryTokenForRetry = async (token, error) => {
    // Whoever throws here has the SDK give up with what the cloud said.
    if (error.errorType === 'THROTTLING') throw new Error('throttling is not retried here');
    return refresh(token, error);
  };
  return strategy;
}
