internal import SecAgg
internal import SecAggWire

extension WireError: FailureConvertible {
  /// What a caller is told of bytes that are no message.
  var failure: Failure { Failure(.messageRefused, culprit: sender, description) }
}
