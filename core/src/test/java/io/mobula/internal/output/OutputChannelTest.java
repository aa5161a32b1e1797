package io.mobula.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputChannelTest {
  private final List<byte[]> frames = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private long now;
  private boolean open = true;

  private OutputChannel way(int linesPerSecond) {
    return new OutputChannel(
        linesPerSecond,
        frame -> {
          frames.add(frame);
          return open;
        },
        (delay, action) -> {
          timers.add(action);
          return () -> timers.remove(action);
        },
        () -> now);
  }

  private static OutputLine line(String text) {
    return new OutputLine(false, "work", text, 0);
  }

  private void tick() {
    var due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  private record LinesFrame(long dropped, List<OutputLine> lines) {}

  private LinesFrame frame(int index) {
    var in = new FrameReader(frames.get(index));
    assertThat(in.octet()).isEqualTo(FrameKind.OUTPUT_LINES.number());
    return new LinesFrame(in.int64(), in.list(OutputLine::read));
  }

  @Test
  void gathersLinesIntoOneFrame() {
    var channel = way(10);
    channel.offer(line("a"));
    channel.offer(new OutputLine(true, "other", "b", 3));
    assertThat(frames).isEmpty();
    tick();
    assertThat(frames).hasSize(1);
    assertThat(frame(0))
        .isEqualTo(new LinesFrame(0, List.of(line("a"), new OutputLine(true, "other", "b", 3))));
    tick();
    assertThat(frames).hasSize(1);
  }

  @Test
  void sendsAtOnceWhenFlushed() {
    var channel = way(10);
    channel.offer(line("a"));
    channel.flush();
    assertThat(frame(0).lines()).containsExactly(line("a"));
  }

  @Test
  void dropsWhatIsMoreThanASecondAllowsAndSaysSo() {
    var channel = way(2);
    for (int i = 0; i < 5; i++) {
      channel.offer(line("line " + i));
    }
    tick();
    assertThat(frame(0)).isEqualTo(new LinesFrame(3, List.of(line("line 0"), line("line 1"))));
    now += TimeUnit.MILLISECONDS.toNanos(500);
    channel.offer(line("later"));
    channel.offer(line("too early"));
    tick();
    assertThat(frame(1)).isEqualTo(new LinesFrame(1, List.of(line("later"))));
  }

  @Test
  void saysWhatWasDroppedEvenWhenNothingElseComes() {
    var channel = way(1);
    channel.offer(line("first"));
    tick();
    channel.offer(line("second"));
    tick();
    assertThat(frame(1)).isEqualTo(new LinesFrame(1, List.of()));
  }

  @Test
  void staysWithinTheWindowUntilTheReaderHasDone() {
    var channel = way(1_000_000);
    var long_ = "x".repeat(8192);
    int offered = 1000;
    for (int i = 0; i < offered; i++) {
      channel.offer(line(long_));
    }
    tick();
    long sent = frames.stream().mapToLong(frame -> frame.length).sum();
    assertThat(sent).isBetween(OutputChannel.WINDOW, OutputChannel.WINDOW + (128 << 10));
    for (int i = 0; i < frames.size(); i++) {
      channel.onPrinted(frames.get(i).length);
    }
    long lines = 0;
    long dropped = 0;
    for (int i = 0; i < frames.size(); i++) {
      lines += frame(i).lines().size();
      dropped += frame(i).dropped();
    }
    assertThat(dropped).isPositive();
    assertThat(lines + dropped).isEqualTo(offered);
    assertThat(lines * 8192)
        .isLessThanOrEqualTo(OutputChannel.WINDOW + OutputChannel.MAX_WAITING + (128 << 10));
  }

  @Test
  void forgetsWhatNobodyReads() {
    var channel = way(10);
    open = false;
    channel.offer(line("a"));
    channel.flush();
    channel.flush();
    assertThat(frames).hasSize(1);
  }
}
