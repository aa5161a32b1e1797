package io.mobula.samples.fashion;

import io.mobula.MobulaRuntime;
import io.mobula.samples.training.Batches;
import io.mobula.samples.training.Judgement;
import io.mobula.samples.training.LocalRun;
import io.mobula.samples.training.Mode;
import io.mobula.samples.training.Trainer;
import io.mobula.samples.training.TrainingRun;
import java.io.IOException;

/** Begins trainings of the network on all images, by three workers or by none. */
final class FashionRunFactory implements Trainer {
  private static final int WORKERS = 3;
  private static final int BATCH = 32;
  private static final int IMAGES = 60_000;
  private static final long SEED = 1;

  private final MobulaRuntime runtime;
  private final FashionFiles files;
  private final FashionSet test;
  private final Batches batches = new Batches(WORKERS, BATCH, IMAGES, SEED);

  /** Reads the images to judge by; throws as {@link FashionFiles#test} does. */
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
  public TrainingRun begin(Mode mode) {
    return new FashionRun(runtime, lesson(mode), test);
  }

  private FashionTrainingConfig lesson(Mode mode) {
    return new FashionTrainingConfig(mode, files, TwoLayerNetwork.HIDDEN, batches);
  }

  @Override
  public TrainingRun baseline() throws IOException {
    var network = new TwoLayerNetwork();
    var baseline = new FashionBaseline(TrainingImageCache.train(files), network, batches, FashionTrainingConfig.RATE);
    return new LocalRun(
        baseline::learn, () -> Judgement.of(network.accuracy(baseline.parameters(), test)));
  }
}
