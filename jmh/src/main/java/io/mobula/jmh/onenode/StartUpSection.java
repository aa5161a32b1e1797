package io.mobula.jmh.onenode;

import java.util.List;

/** Row for the start-up time of a node in a JVM of its own, beside that of an actor system. */
final class StartUpSection implements BenchmarkSection {
  private static final double SECONDS_MORE = 0.4;

  private StartUpSection() {}

  static BenchmarkSection open() {
    return new StartUpSection();
  }

  @Override
  public List<BenchmarkRow> rows() {
    return List.of(new BenchmarkRow(
        "start-up, in a fresh JVM",
        BenchmarkRow.Quantity.ONE_TIME,
        0,
        new FreshJvmStartUp("Mobula", StartUpProbe.NODE),
        List.of(new FreshJvmStartUp("ActorSystem.create", StartUpProbe.AKKA)),
        new PerformanceGoal.MaximumExtraSeconds(SECONDS_MORE)));
  }

  @Override
  public double timeShare() {
    return 1;
  }

  @Override
  public void close() {}
}
