/// Renders the record of a training run as a chapter of the report.
struct TrainingReport {
  let record: TrainingRecord

  /// A report on `record`.
  init(_ record: TrainingRecord) {
    self.record = record
  }

  /// The chapter.
  func html() -> String {
    ReportChapter.html([
      SummarySection(record: record).html(),
      KeyFigures(record: record).html(),
      AccuracySection(record: record).html(),
      ServerViewSection(record: record).html(),
      TradeOffSection(privacy: record.privacy).html(),
      DropoutSection(record: record).html(),
      PhaseSection(record: record).html(),
      RoundTable(record: record).html(),
      ConfigurationTable(configuration: record.configuration, privacy: record.privacy).html(),
      ReadingGuide(configuration: record.configuration, privacy: record.privacy).html(),
    ])
  }
}
