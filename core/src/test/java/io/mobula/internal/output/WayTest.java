package io.mobula.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.lane.FrameReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WayTest {
  private final List<byte[]> frames = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private long now;
  private boolean open = true;

  private Way way(int linesPerSecond) {
    return new Way(
        linesPerSecond,
        frame -> {
          frames.add(frame);
          return open;
        },
        (delay, action) -> timers.add(action),
        () -> now);
  }

  private static Line line(String text) {
    return new Line(false, "work", text, 0);
  }

  private void tick() {
    var due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  private record Frame(long dropped, List<Line> lines) {}

  private Frame frame(int index) {
    var in = new FrameReader(frames.get(index));
    assertThat(in.octet()).isEqualTo(Outlet.LINES);
    return new Frame(in.int64(), in.list(Line::read));
  }

  @Test
  void gathersLinesIntoOneFrame() {
    var way = way(10);
    way.offer(line("a"));
    way.offer(new Line(true, "other", "b", 3));
    assertThat(frames).isEmpty();
    tick();
    assertThat(frames).hasSize(1);
    assertThat(frame(0))
        .isEqualTo(new Frame(0, List.of(line("a"), new Line(true, "other", "b", 3))));
    tick();
    assertThat(frames).hasSize(1);
  }

  @Test
  void sendsAtOnceWhenFlushed() {
    var way = way(10);
    way.offer(line("a"));
    way.flush();
    assertThat(frame(0).lines()).containsExactly(line("a"));
  }

  @Test
  void dropsWhatIsMoreThanASecondAllowsAndSaysSo() {
    var way = way(2);
    for (int i = 0; i < 5; i++) {
      way.offer(line("line " + i));
    }
    tick();
    assertThat(frame(0)).isEqualTo(new Frame(3, List.of(line("line 0"), line("line 1"))));
    now += TimeUnit.MILLISECONDS.toNanos(500);
    way.offer(line("later"));
    way.offer(line("too early"));
    tick();
    assertThat(frame(1)).isEqualTo(new Frame(1, List.of(line("later"))));
  }

  @Test
  void saysWhatWasDroppedEvenWhenNothingElseComes() {
    var way = way(1);
    way.offer(line("first"));
    tick();
    way.offer(line("second"));
    tick();
    assertThat(frame(1)).isEqualTo(new Frame(1, List.of()));
  }

  @Test
  void staysWithinTheWindowUntilTheReaderHasDone() {
    var way = way(1_000_000);
    var long_ = "x".repeat(8192);
    int offered = 1000;
    for (int i = 0; i < offered; i++) {
      way.offer(line(long_));
    }
    tick();
    long sent = frames.stream().mapToLong(frame -> frame.length).sum();
    assertThat(sent).isBetween(Way.WINDOW, Way.WINDOW + (128 << 10));
    for (int i = 0; i < frames.size(); i++) {
      way.taken(frames.get(i).length);
    }
    long lines = 0;
    long dropped = 0;
    for (int i = 0; i < frames.size(); i++) {
      lines += frame(i).lines().size();
      dropped += frame(i).dropped();
    }
    assertThat(dropped).isPositive();
    assertThat(lines + dropped).isEqualTo(offered);
    assertThat(lines * 8192).isLessThanOrEqualTo(Way.WINDOW + Way.MOST_WAITING + (128 << 10));
  }

  @Test
  void forgetsWhatNobodyReads() {
    var way = way(10);
    open = false;
    way.offer(line("a"));
    way.flush();
    way.flush();
    assertThat(frames).hasSize(1);
  }
}
