package io.mobula.internal.job;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import io.mobula.error.ProcessException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.LeaseDesk;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker processes of a node: one for each environment that work has been granted here for, and
 * of those with accelerators one for each set of them, which is all that it sees; started when the
 * first lease is, ended when it has had nothing to do for a while, or with the node. Safe for all
 * threads; processes are started on threads of its own.
 */
public final class Workshop implements LeaseDesk.Workers, AutoCloseable {
  static final int ASK_IDLE = 82;
  static final int IDLE = 83;

  private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int STARTS_AT_ONCE = 4;

  private final Membership membership;
  private final Lanes lanes;
  private final JobSettings settings;
  private final SharedStore memory;
  private final JarCache jars;
  private final Timer timer;
  private final ExecutorService threads = ElasticPool.create("mobula-workshop", STARTS_AT_ONCE);
  private final Map<Key, Post> posts = new HashMap<>();
  private boolean closed;

  /** Runs something later, on a thread that must not be blocked. */
  @FunctionalInterface
  public interface Timer {
    /** Runs it once, after the delay. */
    void after(Duration delay, Runnable action);
  }

  /**
   * What a worker is for.
   *
   * @param jars the hash of its environment
   * @param devices what its {@code CUDA_VISIBLE_DEVICES} says; empty where it is not set
   */
  private record Key(String jars, String devices) {}

  /** The worker of one environment; what changes is guarded by the workshop's monitor. */
  private static final class Post {
    final Key key;
    final RuntimeEnvironment environment;
    final CompletableFuture<NodeId> up = new CompletableFuture<>();

    @Nullable
    ChildJvm child;

    int uses;
    long employed;
    long idleSince = System.nanoTime();

    Post(Key key, RuntimeEnvironment environment) {
      this.key = key;
      this.environment = environment;
    }

    boolean isAt(NodeId node) {
      return up.isDone() && !up.isCompletedExceptionally() && up.join().equals(node);
    }
  }

  /** Starts nothing yet. */
  public Workshop(
      Membership membership,
      Lanes lanes,
      Router router,
      Sharing sharing,
      ObjectStore store,
      SharedStore memory,
      JobSettings settings,
      Timer timer) {
    this.membership = membership;
    this.lanes = lanes;
    this.settings = settings;
    this.memory = memory;
    this.jars = new JarCache(sharing, store, settings.cache());
    this.timer = timer;
    router.on(IDLE, this::onIdle);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id());
      }
    });
  }

  // ---- work for them

  @Override
  public synchronized CompletionStage<NodeId> employ(RuntimeEnvironment environment, String devices) {
    if (closed) {
      return CompletableFuture.failedFuture(new RuntimeClosedException("This node is closing."));
    }
    var key = new Key(environment.hash(), devices);
    var post = posts.get(key);
    if (post == null) {
      post = new Post(key, environment);
      posts.put(key, post);
      start(post);
    }
    post.uses++;
    post.employed++;
    return post.up;
  }

  @Override
  public synchronized void dismiss(RuntimeEnvironment environment, String devices) {
    var post = posts.get(new Key(environment.hash(), devices));
    if (post != null && post.uses > 0) {
      post.uses--;
      post.idleSince = System.nanoTime();
    }
  }

  private void start(Post post) {
    try {
      threads.execute(() -> {
        try {
          post.up.complete(started(post));
          look(post);
        } catch (IOException | MobulaException e) {
          failed(post, e);
        } catch (RuntimeException | Error e) {
          LOG.error("Starting a worker process failed", e);
          failed(post, e);
        }
      });
    } catch (RejectedExecutionException closing) {
      failed(post, closing);
    }
  }

  private void failed(Post post, Throwable why) {
    forget(post);
    boolean closing =
        why instanceof RuntimeClosedException || why instanceof RejectedExecutionException;
    post.up.completeExceptionally(
        closing ? new RuntimeClosedException("This node is closing.") : cannotStart(post, why));
  }

  private ProcessException cannotStart(Post post, Throwable why) {
    return new ProcessException(
        "A worker process for jars " + brief(post) + " cannot be started on " + membership.self()
            + ": " + why.getMessage(),
        why);
  }

  private static String brief(Post post) {
    return post.environment.hash().substring(0, 12);
  }

  private NodeId started(Post post) throws IOException {
    var limit = settings.workers().startLimit();
    var files = jars.files(post.environment, limit);
    var name = "worker " + brief(post);
    var plan = WorkerMain.plan(name)
        .withoutUserClasses()
        .classPath(files)
        .flags(settings.workers().flags());
    if (!post.key.devices().isEmpty()) {
      plan = plan.environment(StandingWorkers.VISIBLE, post.key.devices());
    }
    var child = ChildJvm.start(plan, output(name));
    if (!accept(post, child)) {
      child.kill();
      throw new RuntimeClosedException("This node is closing.");
    }
    var _ = child.ended().thenAccept(code -> ended(post, child, code));
    child.tell(WorkerMain.told(told(post.environment)));
    var ready = child.awaitReady(limit);
    if (membership.peer(ready.node()) == null) {
      child.kill();
      throw new ProcessException(child + " says that it is up, and is no member of the cluster");
    }
    LOG.info("{} is up: node {}, with {} jars", child, ready.node(), files.size());
    return ready.node();
  }

  private synchronized boolean accept(Post post, ChildJvm child) {
    post.child = child;
    return !closed;
  }

  private static ChildJvm.Output output(String name) {
    return (stream, text) -> {
      switch (stream) {
        case OUT -> LOG.info("{}: {}", name, text);
        case ERR -> LOG.warn("{}: {}", name, text);
      }
    };
  }

  private Settings told(RuntimeEnvironment environment) {
    var told = Mobula.settings();
    for (var entry : settings.told().entrySet()) {
      told = told.set(entry.getKey(), entry.getValue());
    }
    var list = environment.jarList();
    return told.join(membership.self().address())
        .set("mobula.cluster.role", "worker")
        .set(JobSettings.BESIDE, memory.directory().toString())
        .set(
            "mobula.jobs.environment",
            environment.hash() + " " + list.node() + " " + list.task() + " " + list.index());
  }

  // ---- the end of them

  private void ended(Post post, ChildJvm child, int code) {
    memory.removeLeftovers();
    if (forget(post)) {
      LOG.warn("{} has ended with exit code {}; the next lease starts another", child, code);
    }
  }

  /** A worker that was removed from the cluster is of no use, even if its process goes on. */
  private void onLeft(NodeId node) {
    ChildJvm removed = null;
    synchronized (this) {
      var found = posts.values().stream().filter(post -> post.isAt(node)).findFirst();
      if (found.isPresent() && forget(found.get())) {
        removed = found.get().child;
      }
    }
    if (removed != null) {
      LOG.warn("{} is no member of the cluster any more; the next lease starts another", removed);
      kill(removed);
    }
  }

  private void kill(ChildJvm child) {
    try {
      threads.execute(child::kill);
    } catch (RejectedExecutionException closing) {
      child.askToEnd(); // it also ends with this JVM
    }
  }

  private synchronized boolean forget(Post post) {
    return posts.remove(post.key, post);
  }

  /** Asks a worker that has no lease whether it may go. */
  private void look(Post post) {
    timer.after(settings.workers().idle(), () -> {
      long employed;
      synchronized (this) {
        if (!post.equals(posts.get(post.key))) {
          return;
        }
        long quiet = System.nanoTime() - post.idleSince;
        employed =
            post.uses == 0 && quiet >= settings.workers().idle().toNanos() ? post.employed : -1;
      }
      if (employed >= 0) {
        lanes.send(
            post.up.join(), new FrameWriter().octet(ASK_IDLE).int64(employed).toBytes());
      }
      look(post);
    });
  }

  private void onIdle(NodeId from, FrameReader in) {
    long employed = in.int64();
    ChildJvm leaving = null;
    synchronized (this) {
      var found = posts.values().stream().filter(post -> post.isAt(from)).findFirst();
      if (found.isPresent() && found.get().uses == 0 && found.get().employed == employed) {
        posts.remove(found.get().key);
        leaving = found.get().child;
      }
    }
    if (leaving != null) {
      end(leaving);
    }
  }

  private void end(ChildJvm child) {
    LOG.info("{} has had no work and is ended", child);
    try {
      threads.execute(() -> child.end(PATIENCE));
    } catch (RejectedExecutionException closing) {
      child.askToEnd(); // it also ends with this JVM
    }
  }

  /** Ends all of them, and removes the jars. Waits for them for ten seconds at most. */
  @Override
  public void close() {
    List<ChildJvm> children;
    synchronized (this) {
      closed = true;
      children = posts.values().stream()
          .map(post -> post.child)
          .filter(Objects::nonNull)
          .toList();
      posts.clear();
    }
    threads.shutdown();
    children.forEach(ChildJvm::askToEnd);
    long end = System.nanoTime() + PATIENCE.toNanos();
    children.forEach(child -> child.end(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    jars.close();
  }
}
