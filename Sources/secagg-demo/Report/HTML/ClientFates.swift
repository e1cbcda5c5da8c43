/// What became of every client of one round, in groups that do not overlap.
struct ClientFates {
  /// In the sum, and there until the end.
  let stayed: Int
  /// In the sum, but gone before the unmasking.
  let afterMaskedInput: Int
  let afterSharingKeys: Int
  let beforeSharingKeys: Int
  /// Did not leave, yet is in no sum: the round ended without one, or the client came too late.
  let unreached: Int

  /// Sorts the clients of `round`. Counts that contradict each other are cut so that no group is
  /// negative.
  init(round: TrainingRecord.Round, clients: Int) {
    afterMaskedInput = max(0, round.dropped.afterMaskedInput)
    afterSharingKeys = max(0, round.dropped.afterSharingKeys)
    beforeSharingKeys = max(0, round.dropped.beforeSharingKeys)
    // Without a sum nobody is in it, however many had sent their masked input.
    stayed = round.sumsEqual == nil ? 0 : max(0, round.contributors - afterMaskedInput)
    unreached = max(
      0, clients - stayed - afterMaskedInput - afterSharingKeys - beforeSharingKeys)
  }

  /// All clients of the round.
  var total: Int { stayed + afterMaskedInput + afterSharingKeys + beforeSharingKeys + unreached }
}
