package io.mobula.samples.digits;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.ProcessLocation;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.samples.ProgressReporter;
import io.mobula.samples.training.LearningCurve;
import io.mobula.samples.training.LearningCurve.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Training of the models: a parameter server with its shards, worker actors, and after each epoch a
 * task that evaluates the weights.
 */
final class DigitsTraining {
  private static final double TRAIN_SHARE = 0.8;
  private static final double HIGHEST_RATE = 0.5;

  private final MobulaRuntime runtime;
  private final DemoSettings settings;
  private final ObjectRef<DigitSet> train;
  private final ObjectRef<DigitSet> test;
  private final Listener listener;

  /** Listener that is told where the parts of a training run. */
  interface Listener {
    /** Reports where a part runs: {@code shard} or {@code worker}, counted from zero. */
    void lives(String part, int index, ProcessLocation location);
  }

  /** Puts both parts of the images into the object store, where every worker can read them. */
  DigitsTraining(MobulaRuntime runtime, DemoSettings settings, Listener listener) {
    this.runtime = runtime;
    this.settings = settings;
    this.listener = listener;
    var split = DigitSet.load().split(TRAIN_SHARE, settings.seed());
    this.train = runtime.put(split.train());
    this.test = runtime.put(split.test());
  }

  /** Trains one model for all epochs. */
  LearningCurve of(DigitClassifier model) {
    var initial = model.initialWeights(new Random(settings.seed()));
    try (var server = ParameterServer.builder(runtime).shards(settings.shards()).build()) {
      var table = server
          .dense(model.title(), initial.length)
          .optimizer(optimizer(settings.workers()))
          .initial(initial)
          .create();
      tell("shard", server.shardLocations());
      var points = epochs(model, table);
      return new LearningCurve(model.title(), points, table.updates());
    }
  }

  private List<Point> epochs(DigitClassifier model, DenseTable table) {
    var workers = workers(model, table);
    tell("worker", places(workers));
    var points = new ArrayList<Point>();
    long start = System.nanoTime();
    try (var progress = ProgressReporter.of(model.title(), settings.epochs())) {
      for (int epoch = 0; epoch < settings.epochs(); epoch++) {
        double loss = epoch(workers);
        double accuracy =
            runtime.task(DigitsTraining::accuracy, model, table, test).remote().get();
        points.add(new Point((System.nanoTime() - start) / 1e9, loss, accuracy));
        progress.step(String.format(Locale.ROOT, "loss %.3f accuracy %.3f", loss, accuracy));
      }
    }
    workers.forEach(ActorHandle::kill);
    return points;
  }

  private List<ActorHandle<DigitsWorker>> workers(DigitClassifier model, DenseTable table) {
    return IntStream.range(0, settings.workers())
        .mapToObj(i -> new DigitsWorker.ImagePartition(i, settings.workers(), settings.seed() + i))
        .map(partition -> runtime
            .actor(DigitsWorker::new, model, table, train, partition)
            .placement(Placement.spread())
            .remote())
        .toList();
  }

  private List<ProcessLocation> places(List<ActorHandle<DigitsWorker>> workers) {
    return runtime.get(workers.stream()
        .map(worker -> worker.call(DigitsWorker::location).remote())
        .toList());
  }

  private void tell(String part, List<ProcessLocation> locations) {
    for (int i = 0; i < locations.size(); i++) {
      listener.lives(part, i, locations.get(i));
    }
  }

  private double epoch(List<ActorHandle<DigitsWorker>> workers) {
    var losses = workers.stream()
        .map(worker -> worker.call(DigitsWorker::epoch).remote())
        .toList();
    return runtime.get(losses).stream()
        .mapToDouble(Float::doubleValue)
        .average()
        .orElseThrow();
  }

  /**
   * Returns plain gradient descent with a rate that falls with the number of workers. Gradients of
   * other workers that are applied in between act like momentum (Mitliagkas et al., <em>Asynchrony
   * begets momentum</em>, 2016): with more of it, or the full rate with many workers, the network
   * diverges.
   */
  private static Optimizer optimizer(int workers) {
    return Optimizers.sgd(Math.min(HIGHEST_RATE, 1.0 / workers));
  }

  /** Evaluates the current weights; the body of a task. */
  private static double accuracy(DigitClassifier model, DenseTable table, DigitSet images) {
    return model.accuracy(table.toFloats(), images);
  }
}
