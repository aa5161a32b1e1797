package io.mobula.samples.fashion;

import io.mobula.MobulaRuntime;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.EvaluationResult;
import io.mobula.samples.training.SingleThreadRun;
import io.mobula.samples.training.SyncMode;
import io.mobula.samples.training.TrainingRun;
import io.mobula.samples.training.TrainingRunFactory;
import java.io.IOException;

/** Factory of runs that train the network on all images, with three workers or with none. */
final class FashionRunFactory implements TrainingRunFactory {
  private static final int WORKERS = 3;
  private static final int BATCH = 32;
  private static final int IMAGES = 60_000;
  private static final long SEED = 1;

  private final MobulaRuntime runtime;
  private final FashionFiles files;
  private final FashionSet test;
  private final BatchSampler batches = new BatchSampler(WORKERS, BATCH, IMAGES, SEED);

  /** Reads the test images; throws the same exceptions as {@link FashionFiles#test}. */
  FashionRunFactory(MobulaRuntime runtime, FashionFiles files) throws IOException {
    this.runtime = runtime;
    this.files = files;
    this.test = files.test();
  }

  @Override
  public long stepsPerEpoch() {
    return batches.stepsPerEpoch();
  }

  @Override
  public TrainingRun begin(SyncMode mode) {
    return new FashionRun(runtime, lesson(mode), test);
  }

  private FashionTrainingConfig lesson(SyncMode mode) {
    return new FashionTrainingConfig(mode, files, TwoLayerNetwork.HIDDEN, batches);
  }

  @Override
  public TrainingRun baseline() throws IOException {
    var network = new TwoLayerNetwork();
    var baseline = new FashionBaseline(
        TrainingImageCache.train(files), network, batches, FashionTrainingConfig.RATE);
    return new SingleThreadRun(
        baseline::learn, () -> EvaluationResult.of(network.accuracy(baseline.parameters(), test)));
  }
}
