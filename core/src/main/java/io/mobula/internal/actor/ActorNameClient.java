package io.mobula.internal.actor;

import io.mobula.ActorHandle;
import io.mobula.NodeId;
import io.mobula.error.ActorNameException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.spi.ActorNameDirectory;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocking client of the directory of actor names: claims and finds names, waits for the answers in
 * the calling thread, and waits for an ending durable actor of the wanted name to be gone with its
 * files. Safe for all threads.
 */
final class ActorNameClient {
  private static final Logger LOG = LoggerFactory.getLogger(ActorNameClient.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration HELD_LIMIT = Duration.ofSeconds(10);
  private static final long BETWEEN_LOOKS_MILLIS = 20;

  private final ActorNameDirectory names;
  private final NodeId node;

  /** Source of handles for registered names. */
  interface HandleFactory {
    /** Returns a handle to that actor, or null if it is ending. */
    <A> @Nullable ActorHandle<A> handle(ActorDescriptor.SerializedHandle serializedHandle);

    /**
     * Returns whether that actor, to which there is a handle, takes calls as far as its owner
     * knows, who hears of the end of a durable actor first. Fails if the owner is gone.
     */
    CompletionStage<Boolean> isOpenAtOwner(ActorDescriptor descriptor);

    /**
     * Returns whether that actor, to which there is no handle, releases its name only when its
     * files are deleted.
     */
    boolean stillHoldsName(ActorDescriptor descriptor);
  }

  ActorNameClient(ActorNameDirectory names, NodeId node) {
    this.names = names;
    this.node = node;
  }

  /**
   * Claims the name of the actor, if it has one. Returns null when the actor has the name now, or a
   * handle to the existing actor if {@code getIfExists} is set.
   *
   * @throws ActorNameException when another living actor has the name, or an ended durable actor
   *     whose method still runs after a long wait
   */
  <A> @Nullable ActorHandle<A> claim(
      ActorDescriptor descriptor, boolean getIfExists, HandleFactory handleFactory) {
    return claim(descriptor, getIfExists, handleFactory, true);
  }

  /**
   * Claims the name of a durable actor that was on disk when this node started. Returns whether the
   * actor has the name now. An actor of the name that may be ending counts as existing: to wait for
   * its end would bring it back.
   */
  boolean claimRestored(ActorDescriptor descriptor, HandleFactory handleFactory) {
    return claim(descriptor, true, handleFactory, false) == null;
  }

  private <A> @Nullable ActorHandle<A> claim(
      ActorDescriptor descriptor,
      boolean getIfExists,
      HandleFactory handleFactory,
      boolean asksOwner) {
    var name = descriptor.name();
    if (name == null) {
      return null;
    }
    long end = System.nanoTime() + HELD_LIMIT.toNanos();
    while (true) {
      var holder = await(
          names.claim(named(ActorDescriptor.SerializedHandle.ofMaker(descriptor), List.of())),
          name);
      if (holder.actor().equals(descriptor.id())) {
        return null;
      }
      var other = read(holder);
      ActorHandle<A> handle =
          asksOwner ? openHandle(other, handleFactory) : handleFactory.handle(other);
      if (handle != null && getIfExists) {
        return handle;
      }
      if (handle != null) {
        throw new ActorNameException(
            "The name \"" + name + "\" is taken by living " + other.descriptor().describe()
                + ". Choose another, kill that one, or say getIfExists() to use it.");
      }
      if (handleFactory.stillHoldsName(other.descriptor())) {
        awaitEnd(other.descriptor(), name, end);
      } else {
        names.release(name, holder.actor()); // that actor is ending
      }
    }
  }

  /** Waits a moment for an actor that is ending. */
  private static void awaitEnd(ActorDescriptor ending, String name, long end) {
    if (System.nanoTime() - end > 0) {
      throw new ActorNameException(
          "The name \"" + name + "\" is still that of durable " + ending.describe()
              + ", which was ended: a method of it runs on after " + HELD_LIMIT
              + ", and its files are deleted when that has returned. Try again then, or choose another name.");
    }
    try {
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while " + ending.describe()
          + ", which has the name \"" + name + "\", was ending.");
    }
  }

  /** Returns the living actor of that name, or null. */
  <A> @Nullable ActorHandle<A> find(String name, HandleFactory handleFactory) {
    var holder = await(names.find(name), name);
    return holder.isEmpty() ? null : openHandle(read(holder.get()), handleFactory);
  }

  /** Returns a handle, or null if the actor is ending as far as this node or its owner knows. */
  private static <A> @Nullable ActorHandle<A> openHandle(
      ActorDescriptor.SerializedHandle holder, HandleFactory handleFactory) {
    ActorHandle<A> handle = handleFactory.handle(holder);
    return handle == null || isOpenAtOwner(holder, handleFactory) ? handle : null;
  }

  private static boolean isOpenAtOwner(
      ActorDescriptor.SerializedHandle holder, HandleFactory handleFactory) {
    var descriptor = holder.descriptor();
    try {
      return handleFactory
          .isOpenAtOwner(descriptor)
          .toCompletableFuture()
          .get(HELD_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while the owner of " + descriptor.describe() + " was asked for it.");
    } catch (ExecutionException | TimeoutException e) { // the owner is gone, or stands still
      LOG.debug("The owner of {} does not say whether it lives", descriptor.describe(), e);
      return handleFactory.handle(holder) != null;
    }
  }

  /**
   * Returns the living actor of that name, or null.
   *
   * @throws ActorNameException when the actor is known to be of another type
   */
  <A> @Nullable ActorHandle<A> find(String name, Class<A> type, HandleFactory handleFactory) {
    var holder = await(names.find(name), name);
    if (holder.isEmpty()) {
      return null;
    }
    var in = new FrameReader(holder.get().descriptor());
    ActorHandle<A> handle = handleFactory.handle(ActorDescriptor.SerializedHandle.read(in));
    var types = in.list(FrameReader::text);
    if (handle != null && !types.isEmpty() && !types.contains(type.getName())) {
      throw otherType(name, types.getFirst(), type);
    }
    return handle;
  }

  static ActorNameException otherType(String name, String actual, Class<?> wanted) {
    return new ActorNameException(
        "The actor named \"" + name + "\" is a " + actual + ", not a " + wanted.getName() + ".");
  }

  /** Returns the exception for a name that no living actor has. */
  ActorNameException unknown(String name) {
    return new ActorNameException(
        "No living actor is named \"" + name + "\". There are: " + names.knownNames() + ".");
  }

  /**
   * Registers this node, which hosts or owns the actor, as a keeper of its name, so that the name
   * outlives the node that claimed it.
   *
   * @param made the class of the user's object, or null before it is constructed
   */
  void register(ActorDescriptor.SerializedHandle serializedHandle, @Nullable Class<?> made) {
    if (serializedHandle.descriptor().name() != null) {
      names.registerKeeper(named(serializedHandle, made == null ? List.of() : typesOf(made)));
    }
  }

  /**
   * Returns the names of the class and of all its superclasses and interfaces, as a node that asks
   * may lack some of them.
   */
  private static List<String> typesOf(Class<?> made) {
    var names = new LinkedHashSet<String>();
    for (Class<?> type = made; type != null; type = type.getSuperclass()) {
      names.add(type.getName());
      addInterfaces(type, names);
    }
    return List.copyOf(names);
  }

  private static void addInterfaces(Class<?> of, Set<String> names) {
    for (var each : of.getInterfaces()) {
      if (names.add(each.getName())) {
        addInterfaces(each, names);
      }
    }
  }

  /** Removes this node's registration of the actor's name. Has no effect the second time. */
  void release(ActorDescriptor descriptor) {
    var name = descriptor.name();
    if (name != null) {
      names.release(name, descriptor.id());
    }
  }

  /** Releases the name of an ending actor, unless its files have to be deleted first. */
  void releaseUnlessDurable(ActorDescriptor descriptor) {
    if (!descriptor.durable()) {
      release(descriptor);
    }
  }

  void close() {
    names.close();
  }

  private ActorNameDirectory.NameRegistration named(
      ActorDescriptor.SerializedHandle serializedHandle, List<String> types) {
    var bytes = new FrameWriter();
    serializedHandle.write(bytes);
    bytes.list(types, FrameWriter::text);
    var descriptor = serializedHandle.descriptor();
    var name = Objects.requireNonNull(descriptor.name(), "name");
    return new ActorNameDirectory.NameRegistration(name, descriptor.id(), node, bytes.toBytes());
  }

  private static ActorDescriptor.SerializedHandle read(
      ActorNameDirectory.NameRegistration registration) {
    return ActorDescriptor.SerializedHandle.read(new FrameReader(registration.descriptor()));
  }

  private static <T> T await(CompletionStage<T> answer, String name) {
    try {
      return answer.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while the cluster was asked for the actor named \"" + name + "\".");
    } catch (ExecutionException failed) {
      throw new ActorNameException("The cluster could not be asked for the actor named \"" + name
          + "\": " + failed.getCause());
    } catch (TimeoutException late) {
      throw new ActorNameException("The cluster did not say within " + LIMIT
          + " which actor is named \"" + name + "\". Is it cut off from most of its nodes?");
    }
  }
}
