package io.mobula.jmh;

import java.util.List;

/** How long a node takes to start, in a JVM of its own, beside an actor system. */
final class StartUpSection implements Section {
  private static final double SECONDS_MORE = 0.4;

  private StartUpSection() {}

  static Section open() {
    return new StartUpSection();
  }

  @Override
  public List<Row> rows() {
    return List.of(new Row(
        "start-up, in a fresh JVM",
        Row.Reading.ONCE,
        0,
        new StartUp("Mobula", StartUpProbe.NODE),
        List.of(new StartUp("ActorSystem.create", StartUpProbe.AKKA)),
        new Goal.SecondsMore(SECONDS_MORE)));
  }

  @Override
  public double share() {
    return 1;
  }

  @Override
  public void close() {}
}
