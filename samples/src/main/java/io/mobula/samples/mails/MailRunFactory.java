package io.mobula.samples.mails;

import io.mobula.MobulaRuntime;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.SingleThreadRun;
import io.mobula.samples.training.SyncMode;
import io.mobula.samples.training.TrainingRun;
import io.mobula.samples.training.TrainingRunFactory;

/**
 * Factory of runs that train logistic regression on four fifths of the mails, with three workers or
 * with none.
 */
final class MailRunFactory implements TrainingRunFactory {
  private static final int WORKERS = 3;
  private static final int BATCH = 16;
  private static final long SEED = 1;

  private final MobulaRuntime runtime;
  private final MailSet train;
  private final MailSplit mails;
  private final BatchSampler batches;

  MailRunFactory(MobulaRuntime runtime, MailSet all) {
    this.runtime = runtime;
    this.train = all.train();
    this.mails = MailSplit.of(runtime, all);
    this.batches = new BatchSampler(WORKERS, BATCH, train.count(), SEED);
  }

  @Override
  public long stepsPerEpoch() {
    return batches.stepsPerEpoch();
  }

  @Override
  public TrainingRun begin(SyncMode mode) {
    return new MailRun(runtime, mails, batches, mode);
  }

  @Override
  public TrainingRun baseline() {
    var baseline = new MailBaseline(train, batches);
    var test = mails.test();
    return new SingleThreadRun(
        baseline::learn,
        () -> LogisticRegression.confusion(test, baseline.weights(test.keys())).evaluation());
  }
}
