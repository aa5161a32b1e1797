package io.mobula.jmh.ray;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.placement.Placement;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tasks and actors of the same form as in Ray's {@code ray_perf.py}. Servers return two bytes, and
 * clients stand in for Ray's clients.
 */
final class RayPerfTasks {
  static final long LARGE_BYTES = 8L * 100 * 1024 * 1024;
  static final int SMALL_BYTES = 1024;
  private static final long TENTH_BYTES = LARGE_BYTES / 10;
  private static final int REFS = 10_000;
  private static final int SMALL_PUTS = 100;
  private static final int LARGE_PUTS = 10;

  private RayPerfTasks() {}

  private static byte[] ok() {
    return new byte[] {'o', 'k'};
  }

  static byte[] smallValue() {
    return ok();
  }

  /** Returns the placement on {@code node}, or anywhere for null. */
  static Placement at(@Nullable NodeId node) {
    return node == null ? Placement.anywhere() : Placement.on(node);
  }

  static List<ObjectRef<byte[]>> tasks(MobulaRuntime runtime, int count, @Nullable NodeId node) {
    var where = at(node);
    var refs = new ArrayList<ObjectRef<byte[]>>(count);
    for (int i = 0; i < count; i++) {
      refs.add(runtime.task(RayPerfTasks::smallValue).placement(where).remote());
    }
    return refs;
  }

  static List<ObjectRef<Integer>> refs() {
    var runtime = Mobula.runtime();
    var refs = new ArrayList<ObjectRef<Integer>>(REFS);
    for (int i = 0; i < REFS; i++) {
      refs.add(runtime.put(1));
    }
    return refs;
  }

  static int putSmall() {
    var runtime = Mobula.runtime();
    for (int i = 0; i < SMALL_PUTS; i++) {
      runtime.put(0);
    }
    return SMALL_PUTS;
  }

  /** Puts arrays of 1 KB, and closes each ref at once. */
  static int putArrays() {
    var runtime = Mobula.runtime();
    var value = new byte[SMALL_BYTES];
    for (int i = 0; i < SMALL_PUTS; i++) {
      runtime.put(value).close();
    }
    return SMALL_PUTS;
  }

  /**
   * Puts arrays of zeros as Ray's client does. Each ref is closed at once, as Ray frees an object
   * as soon as its ref is gone.
   */
  static int putLarge() {
    var runtime = Mobula.runtime();
    for (int i = 0; i < LARGE_PUTS; i++) {
      try (var zeros = Tensor.allocate(DType.INT64, TENTH_BYTES / Long.BYTES)) {
        runtime.put(zeros).close();
      }
    }
    return LARGE_PUTS;
  }

  /** Calls the servers in turn. */
  static int callInTurn(List<ActorHandle<Server>> servers, int count) {
    var refs = new ArrayList<ObjectRef<byte[]>>(count);
    for (int i = 0; i < count; i++) {
      refs.add(servers.get(i % servers.size()).call(Server::smallValue).remote());
    }
    return Mobula.runtime().get(refs).size();
  }

  /** Calls the asynchronous servers in turn. */
  static int callStagesInTurn(List<ActorHandle<AsyncServer>> servers, int count) {
    var runtime = Mobula.runtime();
    var refs = new ArrayList<ObjectRef<byte[]>>(count);
    for (int i = 0; i < count; i++) {
      refs.add(
          servers.get(i % servers.size()).call(AsyncServer::smallValue).remote(ResultForm.async()));
    }
    return runtime.get(refs).size();
  }

  /** Actor that clients call. */
  static final class Server {
    byte[] smallValue() {
      return ok();
    }

    byte[] smallValueArg(int ignored) {
      return ok();
    }

    int taskBatch(int count, @Nullable NodeId node) {
      var runtime = Mobula.runtime();
      return runtime.get(tasks(runtime, count, node)).size();
    }
  }

  /** Actor whose methods return stages, where Ray's are coroutines. */
  static final class AsyncServer {
    CompletionStage<byte[]> smallValue() {
      return CompletableFuture.completedFuture(ok());
    }

    CompletionStage<byte[]> smallValueArg(int ignored) {
      return CompletableFuture.completedFuture(ok());
    }
  }

  /** Actor that calls each of its servers. */
  static final class Client {
    private final List<ActorHandle<Server>> servers;

    Client(List<ActorHandle<Server>> servers) {
      this.servers = servers;
    }

    int batch(int count) {
      var refs = new ArrayList<ObjectRef<byte[]>>();
      for (var server : servers) {
        for (int i = 0; i < count; i++) {
          refs.add(server.call(Server::smallValue).remote());
        }
      }
      return Mobula.runtime().get(refs).size();
    }

    int batchWithArg(int count) {
      var runtime = Mobula.runtime();
      var argument = runtime.put(0);
      var refs = new ArrayList<ObjectRef<byte[]>>();
      for (var server : servers) {
        for (int i = 0; i < count; i++) {
          refs.add(server.call(Server::smallValueArg, argument).remote());
        }
      }
      return runtime.get(refs).size();
    }
  }

  /** Actor that calls each of its asynchronous servers. */
  static final class AsyncClient {
    private final List<ActorHandle<AsyncServer>> servers;

    AsyncClient(List<ActorHandle<AsyncServer>> servers) {
      this.servers = servers;
    }

    int batch(int count) {
      var runtime = Mobula.runtime();
      var refs = new ArrayList<ObjectRef<byte[]>>();
      for (var server : servers) {
        for (int i = 0; i < count; i++) {
          refs.add(server.call(AsyncServer::smallValue).remote(ResultForm.async()));
        }
      }
      return runtime.get(refs).size();
    }
  }
}
