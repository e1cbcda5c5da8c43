public import FLMath
public import SecAgg

extension ParticipationRecord {
  /// Admits a round of private averaging and encodes the client's update for it: computes context and event,
  /// calls ``admit(round:context:in:spending:)`` and then `PrivateFedAvg.encode`.
  ///
  /// - Parameters:
  ///   - delta: local model minus global model.
  ///   - averaging: the settings of the task. Their relation is that of the record's accountant.
  ///   - model: the global model that the client trained.
  ///   - round: the number of the round.
  ///   - session: the parameters that the server sent.
  /// - Returns: the vector for `ShareKeysRound.maskInput`.
  /// - Throws: as ``admit(round:context:in:spending:)``; ``ParticipationRecordError/encoding(_:)`` if the
  ///   session is less private than the settings or the update has another length or is not finite. Nothing
  ///   has been drawn then, but the round is answered.
  /// - Complexity: that of both.
  public mutating func encode(
    _ delta: [Double], by averaging: PrivateFedAvg, model: ParameterVector, round: Int,
    in session: SessionParameters
  ) throws(ParticipationRecordError) -> PackedVector {
    let context = averaging.applicationContext(model: model, round: round, task: task)
    let event: PrivacyEvent
    do throws(PrivateFedAvgError) {
      event = try averaging.event(rounds: 1)
    } catch {
      throw .encoding(error)
    }
    try admit(round: round, context: context, in: session, spending: event)
    do throws(PrivateFedAvgError) {
      return try averaging.encode(delta, context: context, in: session)
    } catch {
      throw .encoding(error)
    }
  }
}
