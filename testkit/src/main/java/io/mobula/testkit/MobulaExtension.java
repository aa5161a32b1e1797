package io.mobula.testkit;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit 5 extension that starts a node before tests, closes it after them, and passes it to every
 * test method, constructor or life-cycle method with a parameter of type {@link MobulaRuntime}.
 *
 * <pre>{@code
 * @ExtendWith(MobulaExtension.class)             // one node for the class, with two CPUs and a small store
 * class SquaresTest {
 *   @Test
 *   void squares(MobulaRuntime mobula) { ... }
 * }
 *
 * @RegisterExtension                             // one node for each test, with these settings
 * final MobulaExtension mobula = MobulaExtension.with(Mobula.settings().cpus(8).gpus(1));
 * }</pre>
 *
 * <p>A test that ends while work is pending fails with a description of the work: a task or a call
 * without an outcome, a placement group that is not ready, or a thread that blocks in the runtime,
 * with the chain to the part that must act ({@link MobulaRuntime#pending}). {@link AllowPending}
 * permits it.
 *
 * <p>In a static field, or named by {@code @ExtendWith}, the extension starts one node for the
 * class and its nested classes; in an instance field, one for each test. A node takes some hundred
 * milliseconds to start. {@link #runtime()} is not for tests that run concurrently; parameters are
 * safe there.
 */
public final class MobulaExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final long SMALL_STORE = 64L << 20;

  private final ExtensionContext.Namespace namespace = ExtensionContext.Namespace.create(this);
  private final Settings settings;
  private volatile @Nullable MobulaRuntime latest;

  /** Creates an extension for a node with two CPUs and a store of 64 MiB. */
  public MobulaExtension() {
    this(Mobula.settings().cpus(2).storeCapacity(SMALL_STORE));
  }

  private MobulaExtension(Settings settings) {
    this.settings = settings;
  }

  /** Returns an extension for a node with these settings; missing ones are detected. */
  public static MobulaExtension with(Settings settings) {
    return new MobulaExtension(settings);
  }

  /**
   * Returns the node of the running test.
   *
   * @throws IllegalStateException before the first test and after the last
   */
  public MobulaRuntime runtime() {
    var present = latest;
    if (present == null) {
      throw new IllegalStateException(
          "No test runs, so there is no node. Call this in a test or a life-cycle method.");
    }
    return present;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    open(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    open(context);
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    var opened = context.getStore(namespace).get(OpenNode.class, OpenNode.class);
    try {
      if (opened != null) {
        opened.pending().check(opened.runtime(), context);
      }
    } finally {
      close(context);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == MobulaRuntime.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return open(context).runtime();
  }

  /**
   * Returns the node of this context or of an enclosing one, else a new node that ends with this
   * context.
   */
  private OpenNode open(ExtensionContext context) {
    var opened = context
        .getStore(namespace)
        .getOrComputeIfAbsent(
            OpenNode.class,
            key -> new OpenNode(Mobula.init(settings), context.getUniqueId(), new PendingCheck()),
            OpenNode.class);
    latest = opened.runtime();
    return opened;
  }

  private void close(ExtensionContext context) {
    var opened = context.getStore(namespace).get(OpenNode.class, OpenNode.class);
    if (opened != null && opened.owner().equals(context.getUniqueId())) {
      opened.close();
      latest = null;
    }
  }

  /**
   * Open node with the id of the context that owns it. JUnit closes it with the store that holds
   * it, unless it was closed before.
   */
  private record OpenNode(MobulaRuntime runtime, String owner, PendingCheck pending)
      implements AutoCloseable {
    @Override
    public void close() {
      runtime.close();
    }
  }
}
