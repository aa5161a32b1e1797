package io.mobula.jmh.ray;

import io.mobula.ActorHandle;
import io.mobula.Fn0;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.jmh.ray.RayPerfTasks.AsyncClient;
import io.mobula.jmh.ray.RayPerfTasks.AsyncServer;
import io.mobula.jmh.ray.RayPerfTasks.Client;
import io.mobula.jmh.ray.RayPerfTasks.Server;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.Resources;
import io.mobula.ps.ParameterServer;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * All workloads of {@code ray/_private/ray_perf.py} of Ray 2.58, in the same order and with the
 * same batches and payloads.
 *
 * <p>Workloads "1 KB" are added: an integer, which Ray's workloads put and get, stays in the heap
 * here, while an array of 1 KB is in the store on both sides. {@code jmh/compare/ray_values.py}
 * runs them on Ray.
 *
 * <p>Two things differ. Ray frees a large object as soon as its count of references is zero; here
 * the ref is closed, as a program in Java does it. Where Ray has as many actors as half the cores,
 * there is at least one here.
 */
final class RayWorkloads {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final double GB = 8 * 0.1; // Ray counts 100 Mi longs as 0.8 GB
  private static final int BATCH = 1_000;
  private static final int CLIENTS = 4;
  private static final int CLIENT_TASKS = 10_000;
  private static final int CLIENT_CALLS = 5_000;
  private static final int PUTS = 10;
  private static final int PUT_TASKS = 10;
  private static final int SMALL_PUTS = 100;
  private static final int GROUPS = 100;

  private final int servers = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  private final List<RayWorkload> all = new ArrayList<>();

  private RayWorkloads() {
    values();
    tasks();
    calls();
    asyncCalls();
    add(
        "placement group create/removal",
        "groups",
        GROUPS,
        cluster -> () -> groups(cluster.runtime()));
    for (int i = 0; i < ParameterServerBench.SIZES.length; i++) {
      parameterServer(ParameterServerBench.NAMES[i], ParameterServerBench.SIZES[i]);
    }
  }

  /**
   * Adds a workload that is not Ray's own; {@code jmh/compare/ray_parameter_server.py} runs it on
   * Ray.
   */
  private void parameterServer(String name, int size) {
    add("parameter server push+pull " + name, "rounds", 1, cluster -> {
      var server = ParameterServer.builder(cluster.runtime())
          .shards(servers)
          .placement(cluster.atServers())
          .build();
      var worker = server.dense("weights", size).create().join(0);
      var gradient = new float[size];
      Arrays.fill(gradient, 0.5f);
      return () -> worker.exchange(gradient).close();
    });
  }

  /**
   * Creates and removes groups. Ray's bundles request a thousandth of a custom resource; these
   * request one byte of memory.
   */
  private static void groups(MobulaRuntime runtime) {
    var groups = IntStream.range(0, GROUPS)
        .mapToObj(
            i -> runtime.placementGroup().bundle(Resources.none().memory(1)).create())
        .toList();
    for (var group : groups) {
      if (!group.await(LIMIT)) {
        throw new IllegalStateException("A group is not ready after " + LIMIT + ".");
      }
    }
    groups.forEach(PlacementGroup::remove);
  }

  static List<RayWorkload> all() {
    return List.copyOf(new RayWorkloads().all);
  }

  private void add(
      String name, String unit, double weight, Function<WorkloadCluster, Runnable> set) {
    all.add(new RayWorkload(name, unit, weight, set));
  }

  private void values() {
    add("single client get calls", "gets", 1, cluster -> {
      var value = cluster.runtime().put(0);
      return value::get;
    });
    add("single client put calls", "puts", 1, stage -> () -> stage.runtime().put(0));
    add("single client get calls, 1 KB", "gets", 1, cluster -> {
      var value = cluster.runtime().put(new byte[RayPerfTasks.SMALL_BYTES]);
      return value::get;
    });
    add("single client put calls, 1 KB", "puts", 1, stage -> {
      var value = new byte[RayPerfTasks.SMALL_BYTES];
      return () -> stage.runtime().put(value).close();
    });
    multiClientPuts("multi client put calls", RayPerfTasks::putSmall);
    multiClientPuts("multi client put calls, 1 KB", RayPerfTasks::putArrays);
    add("single client put gigabytes", "GB", GB, stage -> {
      var zeros = Tensor.allocate(DType.INT64, RayPerfTasks.LARGE_BYTES / Long.BYTES);
      return () -> stage.runtime().put(zeros).close();
    });
    add("single client tasks and get batch", "batches", 1, stage -> () -> batch(stage));
    add("multi client put gigabytes", "GB", PUTS * GB, stage -> () -> {
      var done = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < PUTS; i++) {
        done.add(stage
            .runtime()
            .task(RayPerfTasks::putLarge)
            .placement(stage.atServers())
            .remote());
      }
      stage.runtime().get(done);
    });
    add("single client get object containing 10k refs", "gets", 1, stage -> {
      var refs =
          stage.runtime().task(RayPerfTasks::refs).placement(stage.atServers()).remote();
      return refs::get;
    });
    add("single client wait 1k refs", "waits of 1k", 1, stage -> () -> waitOneByOne(stage));
  }

  private void multiClientPuts(String name, Fn0<Integer> puts) {
    add(name, "puts", PUT_TASKS * SMALL_PUTS, stage -> () -> {
      var done = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < PUT_TASKS; i++) {
        done.add(stage.runtime().task(puts).placement(stage.atServers()).remote());
      }
      stage.runtime().get(done);
    });
  }

  private void tasks() {
    add(
        "single client tasks sync",
        "tasks",
        1,
        cluster -> () -> cluster
            .runtime()
            .task(RayPerfTasks::smallValue)
            .placement(cluster.atServers())
            .remote()
            .get());
    add("single client tasks async", "tasks", BATCH, stage -> () -> batch(stage));
    add("multi client tasks async", "tasks", CLIENTS * CLIENT_TASKS, stage -> {
      var clients = IntStream.range(0, CLIENTS)
          .mapToObj(i -> stage
              .runtime()
              .actor(Server::new)
              .cpus(0)
              .placement(stage.atClients())
              .remote())
          .toList();
      return () -> {
        var done = new ArrayList<ObjectRef<Integer>>();
        for (var client : clients) {
          done.add(client.call(Server::taskBatch, CLIENT_TASKS, stage.servers()).remote());
        }
        stage.runtime().get(done);
      };
    });
  }

  private void calls() {
    add("1:1 actor calls sync", "calls", 1, cluster -> {
      var server = server(cluster, 1);
      return () -> server.call(Server::smallValue).remote().get();
    });
    add("1:1 actor calls async", "calls", BATCH, stage -> calls(stage.runtime(), server(stage, 1)));
    add(
        "1:1 actor calls concurrent",
        "calls",
        BATCH,
        stage -> calls(stage.runtime(), server(stage, 16)));
    add("1:n actor calls async", "calls", (double) CLIENT_CALLS * servers, stage -> {
      var client = client(stage, servers(stage));
      return () -> client.call(Client::batch, CLIENT_CALLS).remote().get();
    });
    add("n:n actor calls async", "calls", (double) CLIENTS * CLIENT_CALLS, stage -> {
      var called = servers(stage);
      return () -> {
        var done = new ArrayList<ObjectRef<Integer>>();
        for (int i = 0; i < CLIENTS; i++) {
          done.add(stage
              .runtime()
              .task(RayPerfTasks::callInTurn, called, CLIENT_CALLS)
              .placement(stage.atClients())
              .remote());
        }
        stage.runtime().get(done);
      };
    });
    add("n:n actor calls with arg async", "calls", (double) BATCH * servers, stage -> {
      var clients =
          servers(stage).stream().map(server -> client(stage, List.of(server))).toList();
      return () -> {
        var done = new ArrayList<ObjectRef<Integer>>();
        clients.forEach(
            client -> done.add(client.call(Client::batchWithArg, BATCH).remote()));
        stage.runtime().get(done);
      };
    });
  }

  private void asyncCalls() {
    add("1:1 async-actor calls sync", "calls", 1, cluster -> {
      var server = asyncServer(cluster);
      return () ->
          server.call(AsyncServer::smallValue).remote(ResultForm.async()).get();
    });
    add("1:1 async-actor calls async", "calls", BATCH, stage -> {
      var server = asyncServer(stage);
      return () -> {
        var refs = new ArrayList<ObjectRef<byte[]>>(BATCH);
        for (int i = 0; i < BATCH; i++) {
          refs.add(server.call(AsyncServer::smallValue).remote(ResultForm.async()));
        }
        stage.runtime().get(refs);
      };
    });
    add("1:1 async-actor calls with args async", "calls", BATCH, stage -> {
      var server = asyncServer(stage);
      return () -> {
        var refs = new ArrayList<ObjectRef<byte[]>>(BATCH);
        for (int i = 0; i < BATCH; i++) {
          refs.add(server.call(AsyncServer::smallValueArg, i).remote(ResultForm.async()));
        }
        stage.runtime().get(refs);
      };
    });
    add("1:n async-actor calls async", "calls", (double) CLIENT_CALLS * servers, stage -> {
      var client = stage
          .runtime()
          .actor(AsyncClient::new, asyncServers(stage))
          .cpus(0)
          .placement(stage.atClients())
          .remote();
      return () -> client.call(AsyncClient::batch, CLIENT_CALLS).remote().get();
    });
    add("n:n async-actor calls async", "calls", (double) CLIENTS * CLIENT_CALLS, stage -> {
      var called = asyncServers(stage);
      return () -> {
        var done = new ArrayList<ObjectRef<Integer>>();
        for (int i = 0; i < CLIENTS; i++) {
          done.add(stage
              .runtime()
              .task(RayPerfTasks::callStagesInTurn, called, CLIENT_CALLS)
              .placement(stage.atClients())
              .remote());
        }
        stage.runtime().get(done);
      };
    });
  }

  private static void batch(WorkloadCluster cluster) {
    cluster.runtime().get(RayPerfTasks.tasks(cluster.runtime(), BATCH, cluster.servers()));
  }

  private static void waitOneByOne(WorkloadCluster cluster) {
    List<ObjectRef<byte[]>> rest = RayPerfTasks.tasks(cluster.runtime(), BATCH, cluster.servers());
    for (int i = 0; i < BATCH; i++) {
      rest = cluster.runtime().wait(rest, 1, LIMIT).pending();
    }
  }

  private static Runnable calls(MobulaRuntime runtime, ActorHandle<Server> server) {
    return () -> {
      var refs = new ArrayList<ObjectRef<byte[]>>(BATCH);
      for (int i = 0; i < BATCH; i++) {
        refs.add(server.call(Server::smallValue).remote());
      }
      runtime.get(refs);
    };
  }

  private static ActorHandle<Server> server(WorkloadCluster cluster, int concurrency) {
    return cluster
        .runtime()
        .actor(Server::new)
        .cpus(0)
        .maxConcurrency(concurrency)
        .placement(cluster.atServers())
        .remote();
  }

  private List<ActorHandle<Server>> servers(WorkloadCluster cluster) {
    return IntStream.range(0, servers).mapToObj(i -> server(cluster, 1)).toList();
  }

  private static ActorHandle<Client> client(
      WorkloadCluster cluster, List<ActorHandle<Server>> servers) {
    return cluster
        .runtime()
        .actor(Client::new, servers)
        .cpus(0)
        .placement(cluster.atClients())
        .remote();
  }

  private static ActorHandle<AsyncServer> asyncServer(WorkloadCluster cluster) {
    return cluster
        .runtime()
        .actor(AsyncServer::new)
        .cpus(0)
        .placement(cluster.atServers())
        .remote();
  }

  private List<ActorHandle<AsyncServer>> asyncServers(WorkloadCluster cluster) {
    return IntStream.range(0, servers).mapToObj(i -> asyncServer(cluster)).toList();
  }
}
