package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tasks that make and read values too large for a frame, and an actor that keeps refs. */
final class LargeValueTasks {
  /** Number of doubles in a value of 512 KiB. */
  static final int COUNT = 1 << 16;

  private LargeValueTasks() {}

  static double[] filled(double with) {
    var made = new double[COUNT];
    Arrays.fill(made, with);
    return made;
  }

  static double[] noted(double with, TaskJournal journal) throws IOException {
    journal.note("made " + with);
    return filled(with);
  }

  static Stream<double[]> streamed(int count) {
    return IntStream.range(0, count).mapToObj(LargeValueTasks::filled);
  }

  static double[] slowly(double with, int millis, TaskJournal journal)
      throws IOException, InterruptedException {
    journal.note("made " + with);
    TimeUnit.MILLISECONDS.sleep(millis); // stands for work
    return filled(with);
  }

  /** Makes a tensor of this many bytes. */
  static Tensor large(double with, int bytes, TaskJournal journal) throws IOException {
    journal.note("made " + with);
    var made = Tensor.allocate(DType.FLOAT64, bytes / Double.BYTES);
    for (long i = 0; i < made.size(); i++) {
      made.setDouble(i, with);
    }
    return made;
  }

  static double firstAndLast(Tensor of, TaskJournal journal) throws IOException {
    journal.note("has read");
    return of.getDouble(0) + of.getDouble(of.size() - 1);
  }

  static double[] plusOne(double[] of) {
    return Arrays.stream(of).map(each -> each + 1).toArray();
  }

  static double sum(double[] of) {
    return Arrays.stream(of).sum();
  }

  static double sumAndClose(List<ObjectRef<double[]>> of) {
    double sum = 0;
    for (var each : of) {
      try (each) {
        sum += sum(each.get());
      }
    }
    return sum;
  }

  /** Puts a value into the store of the process that runs this; it cannot be reconstructed. */
  static ObjectRef<double[]> put(double with) {
    return Mobula.put(filled(with));
  }

  static List<ObjectRef<double[]>> both(double one, double other) {
    return List.of(Mobula.put(filled(one)), Mobula.put(filled(other)));
  }

  static long storeBytes() {
    System.gc();
    return Mobula.runtime().storeUsage().usedBytes();
  }

  /** Actor that reads values, and notes in the journal before it does. */
  static final class Reader {
    private @Nullable ObjectRef<Tensor> kept;

    double keep(List<ObjectRef<Tensor>> refs, TaskJournal journal) throws IOException {
      kept = refs.getFirst();
      return read(refs, journal);
    }

    double again() {
      var again = Objects.requireNonNull(kept).get();
      return again.getDouble(0) + again.getDouble(again.size() - 1);
    }

    boolean drop() {
      kept = null;
      System.gc();
      return true;
    }

    double read(List<ObjectRef<Tensor>> refs, TaskJournal journal) throws IOException {
      journal.note("reads");
      return firstAndLast(refs.getFirst().get(), journal);
    }
  }

  /** Actor that makes values. */
  static final class Maker {
    double[] filled(double with) {
      return LargeValueTasks.filled(with);
    }

    double[] plusOne(double[] of) {
      return LargeValueTasks.plusOne(of);
    }
  }

  /** Actor that keeps refs. */
  static final class Keeper {
    private @Nullable List<ObjectRef<double[]>> kept;

    int keep(List<ObjectRef<double[]>> refs) {
      kept = List.copyOf(refs);
      return refs.size();
    }

    double sum() {
      return Objects.requireNonNull(kept).stream()
          .mapToDouble(ref -> LargeValueTasks.sum(ref.get()))
          .sum();
    }

    long pid() {
      return ProcessHandle.current().pid();
    }

    boolean drop() {
      kept = null;
      System.gc();
      return true;
    }
  }
}
