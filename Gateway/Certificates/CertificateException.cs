namespace AppProxy.Gateway.Certificates;

/// <summary>A certificate, or what holds certificates, cannot be used. The message is a sentence that goes on from the source's name, and says what to do.</summary>
internal sealed class CertificateException(string message, Exception? cause = null) : Exception(message, cause);
