package io.mobula.internal.codec;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lambdas made as the JVM makes them where they are written, for those that their own class gives
 * back with another one's type. A class is spun once for each such function.
 */
final class RetypedLambda {
  private static final ClassValue<Map<Site, MethodHandle>> FACTORIES = new ClassValue<>() {
    @Override
    protected Map<Site, MethodHandle> computeValue(Class<?> type) {
      return new ConcurrentHashMap<>();
    }
  };

  /** All that tells functions of one class apart. */
  private record Site(
      String functional,
      String samName,
      String samType,
      int kind,
      String implClass,
      String implName,
      String implType,
      String type) {
    static Site of(SerializedLambda parts) {
      return new Site(
          parts.getFunctionalInterfaceClass(),
          parts.getFunctionalInterfaceMethodName(),
          parts.getFunctionalInterfaceMethodSignature(),
          parts.getImplMethodKind(),
          parts.getImplClass(),
          parts.getImplMethodName(),
          parts.getImplMethodSignature(),
          parts.getInstantiatedMethodType());
    }
  }

  private RetypedLambda() {}

  static Object make(Class<?> capturing, SerializedLambda parts) {
    var captured = new Object[parts.getCapturedArgCount()];
    for (int i = 0; i < captured.length; i++) {
      captured[i] = parts.getCapturedArg(i);
    }
    try {
      return FACTORIES
          .get(capturing)
          .computeIfAbsent(Site.of(parts), site -> spin(capturing, site))
          .invokeWithArguments(captured);
    } catch (Throwable thrown) {
      throw Fault.from(thrown).in(capturing);
    }
  }

  private static MethodHandle spin(Class<?> capturing, Site site) {
    try {
      var lookup = MethodHandles.privateLookupIn(capturing, MethodHandles.lookup());
      var loader = capturing.getClassLoader();
      var impl = implementation(lookup, site);
      var type = MethodType.fromMethodDescriptorString(site.type(), loader);
      var captures = impl.type()
          .dropParameterTypes(
              impl.type().parameterCount() - type.parameterCount(), impl.type().parameterCount());
      return LambdaMetafactory.altMetafactory(
              lookup,
              site.samName(),
              captures.changeReturnType(named(lookup, site.functional())),
              MethodType.fromMethodDescriptorString(site.samType(), loader),
              impl,
              type,
              LambdaMetafactory.FLAG_SERIALIZABLE)
          .getTarget();
    } catch (Exception e) {
      throw Fault.because(
          "the class uses " + site.implName() + " as functions of several types, which the compiled"
              + " code does not tell apart, nor can they be made here. Write a lambda instead of the"
              + " method reference",
          e);
    }
  }

  private static MethodHandle implementation(MethodHandles.Lookup lookup, Site site)
      throws ReflectiveOperationException {
    var owner = named(lookup, site.implClass());
    var type = MethodType.fromMethodDescriptorString(
        site.implType(), lookup.lookupClass().getClassLoader());
    return switch (site.kind()) {
      case MethodHandleInfo.REF_invokeStatic -> lookup.findStatic(owner, site.implName(), type);
      case MethodHandleInfo.REF_newInvokeSpecial -> lookup.findConstructor(owner, type);
      case MethodHandleInfo.REF_invokeSpecial ->
        lookup.findSpecial(owner, site.implName(), type, lookup.lookupClass());
      case MethodHandleInfo.REF_invokeVirtual, MethodHandleInfo.REF_invokeInterface ->
        lookup.findVirtual(owner, site.implName(), type);
      default -> throw new NoSuchMethodException("a reference of kind " + site.kind());
    };
  }

  private static Class<?> named(MethodHandles.Lookup lookup, String internalName)
      throws ClassNotFoundException {
    return Class.forName(
        internalName.replace('/', '.'), false, lookup.lookupClass().getClassLoader());
  }
}
