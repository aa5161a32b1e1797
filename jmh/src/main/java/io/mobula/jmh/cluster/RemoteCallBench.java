package io.mobula.jmh.cluster;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.jmh.measure.TimedOperation;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tasks, actor calls and gets between a driver in this process and a node in another. */
final class RemoteCallBench {
  private static final int IN_FLIGHT = 10_000;
  private static final int MAX_GETS = 200;
  private static final long GET_BYTES = 256L << 20;
  private static final long INLINE = 100 << 10;
  private static final long[] SIZES = {100, 10 << 10, 1 << 20, 100 << 20};
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final ClusterBench.Request request;
  private final MobulaRuntime runtime;
  private final ActorHandle<ClusterBenchTasks.Counter> actor;
  private final List<MeasuredRow> rows = new ArrayList<>();

  private RemoteCallBench(ClusterBench.Request request, MobulaRuntime runtime) {
    this.request = request;
    this.runtime = runtime;
    this.actor = runtime.actor(ClusterBenchTasks.Counter::new).remote();
  }

  static MeasuredTable measure(ClusterBench.Request request) throws Exception {
    try (var cluster = LocalCluster.builder()
        .nodes(1)
        .cpusPerNode(Runtime.getRuntime().availableProcessors())
        .start()) {
      return new RemoteCallBench(request, cluster.runtime()).table();
    }
  }

  private MeasuredTable table() throws Exception {
    measureCalls();
    for (long bytes : SIZES) {
      if (bytes <= request.bytes()) {
        measureGets(bytes);
        measureResults(bytes);
      }
    }
    return new MeasuredTable(
        "calls", "a driver and a node, two processes of one host; everything runs there.", rows);
  }

  /** Measures all kinds of calls in interleaved rounds. */
  private void measureCalls() throws Exception {
    var all = new LinkedHashMap<String, TimedOperation>();
    all.put(
        "task, sync",
        TimedOperation.repeating(
            "", 1, () -> runtime.task(ClusterBenchTasks::square, 7).remote().get()));
    all.put("task, pipelined", TimedOperation.repeating("", IN_FLIGHT, this::pipelineTasks));
    all.put(
        "actor call, sync",
        TimedOperation.repeating(
            "", 1, () -> actor.call(ClusterBenchTasks.Counter::add, 1).remote().get()));
    all.put("actor call, pipelined", TimedOperation.repeating("", IN_FLIGHT, this::pipelineCalls));
    time(all);
  }

  private void time(Map<String, TimedOperation> all) throws Exception {
    var series = new ArrayList<MeasurementSeries>();
    for (var operation : all.values()) {
      operation.nanosPerOperation(request.slice());
      series.add(MeasurementSeries.rate("Mobula"));
    }
    for (int round = 0; round < request.rounds(); round++) {
      var next = series.iterator();
      for (var contender : all.values()) {
        next.next().add(contender.nanosPerOperation(request.slice()));
      }
    }
    var next = series.iterator();
    all.keySet().forEach(what -> rows.add(MeasuredRow.of(what, next.next())));
  }

  private void pipelineTasks() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(runtime.task(ClusterBenchTasks::square, i).remote());
    }
    runtime.get(refs);
  }

  private void pipelineCalls() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(actor.call(ClusterBenchTasks.Counter::add, 1).remote());
    }
    runtime.get(refs);
  }

  /**
   * Measures the node's gets of values that this process has put: refs in a list, each read for the
   * first time.
   */
  private void measureGets(long bytes) {
    var series = MeasurementSeries.time("Mobula");
    for (int round = -1; round < request.rounds(); round++) {
      var refs = new ArrayList<ObjectRef<?>>();
      for (int i = 0; i < Math.clamp(GET_BYTES / bytes, 1, MAX_GETS); i++) {
        refs.add(put(bytes));
      }
      try (var nanos = runtime.task(ClusterBenchTasks::getEach, refs).remote()) {
        double median = MeasurementSeries.median(nanos.get());
        if (round >= 0) {
          series.add(median);
        }
      }
      refs.forEach(ObjectRef::close);
    }
    rows.add(MeasuredRow.of("get what another process put, " + size(bytes), series));
  }

  /** Measures this process's gets of results that a task has made on the node. */
  private void measureResults(long bytes) {
    var whole = MeasurementSeries.time("Mobula");
    var get = MeasurementSeries.time("Mobula");
    int count = Math.clamp(GET_BYTES / bytes, 1, MAX_GETS);
    for (int round = -1; round < request.rounds(); round++) {
      var wholes = new double[count];
      var gets = new double[count];
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        try (var ref = made(bytes)) {
          runtime.wait(List.of(ref), 1, LIMIT);
          long ready = System.nanoTime();
          Object value = ref.get();
          long end = System.nanoTime();
          wholes[i] = end - start;
          gets[i] = end - ready;
          if (value instanceof Tensor tensor) {
            tensor.close();
          }
        }
      }
      if (round >= 0) {
        whole.add(MeasurementSeries.median(wholes));
        get.add(MeasurementSeries.median(gets));
      }
    }
    rows.add(MeasuredRow.of("task that makes as many bytes, and get, " + size(bytes), whole));
    rows.add(MeasuredRow.of("its get alone, once it is ready, " + size(bytes), get));
  }

  private ObjectRef<?> put(long bytes) {
    return bytes <= INLINE
        ? runtime.put(new byte[(int) bytes])
        : runtime.put(Tensor.allocate(DType.INT8, bytes));
  }

  private ObjectRef<?> made(long bytes) {
    return bytes <= INLINE
        ? runtime.task(ClusterBenchTasks::bytes, (int) bytes).remote()
        : runtime.task(ClusterBenchTasks::tensor, bytes).remote();
  }

  private static String size(long bytes) {
    return QuantityFormat.size(bytes) + (bytes <= INLINE ? " (byte[])" : " (Tensor)");
  }
}
