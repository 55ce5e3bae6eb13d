// Azurite requires this telemetry package, which brings 200 MB; nothing here sends telemetry, so an empty client stands in for it.
class TelemetryClient {
  trackEvent() {}
  trackRequest() {}
  trackException() {}
  flush() {}
}
module.exports = {
  TelemetryClient,
  setup() {
    return this;
  },
  start() {
    return this;
  },
};
