package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.ActorDiedException;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.codec.RemoteThrowable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures in other processes, of which only some have the classes of what was thrown. */
class FailureCodecTest {
  /** Exception whose class only the failing process has. */
  static class DiskException extends IllegalStateException {
    final int disk;

    DiskException(int disk) {
      super("disk " + disk + " is broken");
      this.disk = disk;
    }
  }

  /** Exception that counts the calls of its methods. */
  static class CountingException extends RuntimeException {
    static final AtomicInteger TIMES = new AtomicInteger();

    @Override
    public String getMessage() {
      TIMES.incrementAndGet();
      return "asked";
    }
  }

  /** Exception that holds measurements. */
  static class MeasurementException extends RuntimeException {
    final long[] counts;
    final MemorySegment image;

    MeasurementException(int length) {
      super("the measurements are wrong");
      counts = LongStream.range(0, length).toArray();
      image = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, new float[length]);
      image.fill((byte) 3);
    }

    long bytes() {
      return (long) Long.BYTES * counts.length + image.byteSize();
    }
  }

  private final Codec here = Codec.create(CodecOptions.defaults());
  private final Codec lacking = Codec.create(CodecOptions.defaults()
      .withClassLoader(new ClassLoader(FailureCodecTest.class.getClassLoader()) {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
          if (name.equals(DiskException.class.getName())) {
            throw new ClassNotFoundException(name);
          }
          return super.loadClass(name, resolve);
        }
      }));

  private static ObjectFailure failure(Throwable cause) {
    return new ObjectFailure(() -> new TaskFailedException("task t failed", cause));
  }

  private static String printed(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private MobulaException readBy(Codec reader, ObjectFailure failure) {
    return FailureCodec.read(FailureCodec.write(failure, here), reader).toException();
  }

  @Test
  void isTheExceptionItselfWhereItsClassIs() {
    var raised = readBy(here, failure(new DiskException(7)));
    assertThat(raised).isExactlyInstanceOf(TaskFailedException.class).hasMessage("task t failed");
    assertThat(raised.getCause()).isInstanceOf(DiskException.class).hasMessageContaining("disk 7");
    assertThat(((DiskException) raised.getCause()).disk).isEqualTo(7);
    assertThat(raised.getSuppressed()).isEmpty();
    assertThat(raised.getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("readBy")); // the reader
  }

  @Test
  void keepsTextsAndStacksWhereAClassIsMissing() {
    var inner = new DiskException(7);
    var outer = new IllegalArgumentException("step 12 failed", inner);
    outer.addSuppressed(new DiskException(8));
    var raised = readBy(lacking, failure(outer));
    assertThat(raised).isExactlyInstanceOf(TaskFailedException.class).hasMessage("task t failed");
    assertThat(printed(raised))
        .contains("java.lang.IllegalArgumentException: step 12 failed")
        .contains("Caused by: " + DiskException.class.getName() + ": disk 7 is broken")
        .contains("Suppressed: " + DiskException.class.getName() + ": disk 8 is broken")
        .contains("FailureCodecTest.keepsTextsAndStacksWhereAClassIsMissing");
    assertThat(raised.getCause().getStackTrace()[0].getLineNumber())
        .isEqualTo(outer.getStackTrace()[0].getLineNumber());
    assertThat(((RemoteThrowable) raised.getCause().getCause()).className())
        .isEqualTo(DiskException.class.getName());
    assertThat(raised.getSuppressed()[0])
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("Put its jar on this node's class path");
  }

  @Test
  void knowsByNameWhatItWasCausedBy() {
    var read = FailureCodec.read(FailureCodec.write(failure(new DiskException(1)), here), lacking);
    assertThat(read.isCausedBy(DiskException.class)).isTrue();
    assertThat(read.isCausedBy(IllegalStateException.class)).isTrue();
    assertThat(read.isCausedBy(RuntimeException.class)).isTrue();
    assertThat(read.isCausedBy(IllegalArgumentException.class)).isFalse();
  }

  @Test
  void isPassedOnUnreadByWhoLacksTheClass() {
    var between =
        FailureCodec.read(FailureCodec.write(failure(new DiskException(7)), here), lacking);
    var raised = FailureCodec.read(FailureCodec.write(between, lacking), here).toException();
    assertThat(raised.getCause()).isExactlyInstanceOf(DiskException.class);
  }

  @Test
  void whatFollowsFromItKeepsIt() {
    var read = FailureCodec.read(FailureCodec.write(failure(new DiskException(7)), here), lacking);
    var following =
        ObjectFailure.following(read, cause -> new ActorDiedException("actor a", cause));
    var raised = readBy(lacking, following);
    assertThat(raised).isExactlyInstanceOf(ActorDiedException.class).hasMessage("actor a");
    assertThat(printed(raised)).contains("task t failed").contains("disk 7 is broken");
  }

  @Test
  void keepsReasons() {
    var reason = PlacementGroupException.Reason.OWNER_LEFT;
    var raised = FailureCodec.read(
            FailureCodec.write(
                new ObjectFailure(() -> new PlacementGroupException(reason, "gone", null)), here),
            here)
        .toStandInException();
    assertThat(((PlacementGroupException) raised).reason()).isEqualTo(reason);
  }

  @Test
  void asksNothingOnceItIsMade() {
    var failure = failure(new CountingException());
    int before = CountingException.TIMES.get();
    var read = FailureCodec.read(FailureCodec.write(failure, here), here);
    assertThat(read.isCausedBy(CountingException.class)).isTrue();
    assertThat(read.toStandInException().getCause()).hasMessage("asked");
    assertThat(failure.isCausedBy(CountingException.class)).isTrue();
    // by the thread that encodes it
    assertThat(CountingException.TIMES.get() - before).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 127, 128, 1024, 87_381})
  void holdsItsArraysAndBuffers(int length) {
    var thrown = new MeasurementException(length);
    assertThat(thrown.bytes()).isLessThanOrEqualTo(FailureCodec.MAX_BUFFERS);
    var made = failure(thrown)
        .withEncodedException(
            each -> FailureCodec.encode(each, here), bytes -> FailureCodec.decode(bytes, here));
    for (var sent : List.of(failure(thrown), made)) {
      var between = FailureCodec.read(FailureCodec.write(sent, here), lacking);
      var cause = readBy(here, between).getCause();
      assertThat(cause).isExactlyInstanceOf(MeasurementException.class);
      assertThat(((MeasurementException) cause).counts).isEqualTo(thrown.counts);
      assertThat(((MeasurementException) cause).image.toArray(ValueLayout.JAVA_FLOAT))
          .isEqualTo(thrown.image.toArray(ValueLayout.JAVA_FLOAT));
    }
  }

  @Test
  void standsInForAnExceptionWhoseArraysAreTooLargeToTravel() {
    var thrown = new MeasurementException(87_382);
    assertThat(thrown.bytes()).isGreaterThan(FailureCodec.MAX_BUFFERS);
    var flat = FailureCodec.write(failure(thrown), here);
    assertThat(flat).hasSizeLessThan(100_000);
    var cause = FailureCodec.read(flat, here).toException().getCause();
    assertThat(cause)
        .isInstanceOf(RemoteThrowable.class)
        .hasMessageContaining("the measurements are wrong");
    assertThat(((RemoteThrowable) cause).className())
        .isEqualTo(MeasurementException.class.getName());
  }

  @Test
  void cutsTextsWithoutEnd() {
    var raised = readBy(
        lacking, failure(new IllegalStateException("x".repeat(1 << 20), new DiskException(1))));
    assertThat(raised.getCause().getMessage()).hasSizeLessThan(20_000).contains("characters more");
  }
}
