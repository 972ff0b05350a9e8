using AppProxy.Contracts.Settings;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Hosting;

/// <summary>Reads what the operator wrote, all of it, before anything starts.</summary>
internal static class GatewayOptionsReader
{
    /// <param name="configuration">The host's.</param>
    /// <param name="given">The published apps of who has no file for them; null takes the file that is configured.</param>
    /// <exception cref="OptionsValidationException">Every mistake, those in the apps' file too.</exception>
    public static (GatewayOptions Options, CatalogueOptions Catalogue, StoreConnection? Store) Read(IConfiguration configuration, CatalogueOptions? given)
    {
        var mistakes = new List<string>();
        CheckUrls(configuration["urls"], mistakes);
        var options = SettingsReader.Read<GatewayOptions>(configuration.GetSection(GatewayOptions.Section), mistakes);
        if (new GatewayOptionsValidator().Validate(null, options) is { Failed: true, Failures: { } failures })
        {
            mistakes.AddRange(failures);
        }

        if (given is null && !options.IsPlainHttpAllowed && options.HttpsRedirectPort is null)
        {
            mistakes.AddRange(PlainHttp.FindIn(configuration).Select(static endpoint =>
                $"{endpoint} would let everybody on the way read along: give https:// with a certificate (Kestrel:Certificates:Default), or Gateway:HttpsRedirectPort where http only sends people to https, or Gateway:IsPlainHttpAllowed=true behind a load balancer that ends TLS."));
        }

        foreach (var endpoint in options.ProxyProtocol.Where(name => !configuration.GetSection($"Kestrel:Endpoints:{name}").Exists()))
        {
            mistakes.Add($"Gateway:ProxyProtocol names '{endpoint}', which is no endpoint in Kestrel:Endpoints.");
        }

        var areAppsNamed = given is not null || configuration[$"{GatewayOptions.Section}:{nameof(GatewayOptions.Apps)}"] is not null;
        var store = ChooseStore(options, areAppsNamed, mistakes);
        var catalogue = given ?? new CatalogueOptions { Path = options.Apps, Store = areAppsNamed ? null : store };
        if (options.ServiceBus is null && options.Broker.ConnectorKeys.Count == 0 && options.Store is null && store is null && given is not { IsTemporary: true })
        {
            mistakes.Add("Gateway:Broker:ConnectorKeys is empty: no connector could sign in. Give Gateway:Store, so that connectors can enrol, or a key, as Gateway:Broker:ConnectorKeys:<name>:Key and :Group.");
        }

        ApplySignIn(options, store is not null, catalogue, mistakes);
        if (options.ServiceBus is not null && store is null && given?.Json is null && options.ServiceBusRules.Values.All(static rule => rule.SealingKey is null))
        {
            mistakes.Add("Gateway:ServiceBus is given without a key to seal frames with, which that broker is not to read: give Gateway:Store, so that connectors can enrol and get keys, or Gateway:ServiceBusRules:<group>:SealingKey (openssl rand -base64 32), and the same as Connector:Broker:SealingKey.");
        }

        options.SignInLog.Check(mistakes);
        if (mistakes.Count == 0)
        {
            // The apps are read when the gateway starts, and are watched from then on.
            return (options, catalogue, store);
        }

        CheckApps(catalogue, mistakes);
        throw new OptionsValidationException(GatewayOptions.Section, typeof(GatewayOptions), mistakes);
    }

    /// <summary>What published apps have to fit: the gateway's own hosts, and whether there is somewhere to sign in. For who checks apps beside the gateway.</summary>
    /// <param name="configuration">The host's.</param>
    /// <param name="hasStore">Whether the gateway has one.</param>
    /// <param name="mistakes">Grows by what is wrong with it.</param>
    public static CatalogueOptions ReadForApps(IConfiguration configuration, bool hasStore, List<string> mistakes)
    {
        var catalogue = new CatalogueOptions();
        ApplySignIn(SettingsReader.Read<GatewayOptions>(configuration.GetSection(GatewayOptions.Section), mistakes), hasStore, catalogue, mistakes);
        return catalogue;
    }

    private static void ApplySignIn(GatewayOptions options, bool hasStore, CatalogueOptions catalogue, List<string> mistakes)
    {
        var before = mistakes.Count;
        options.Directory.Apply(options.SignIn, options.OwnHosts, hasStore, mistakes);
        options.SignIn.Check(options.OwnHosts, mistakes);
        catalogue.CanSignIn = options.SignIn.IsConfigured;
        if (options.SignIn is { IsConfigured: true, Origin: not null } && mistakes.Count == before)
        {
            catalogue.OwnHosts.Add(options.SignIn.GetOrigin([]).Host);
        }

        foreach (var host in options.OwnHosts)
        {
            catalogue.OwnHosts.Add(host);
        }
    }

    /// <summary>What is named is used; where both are, apps come from the file. Where nothing is named, the store that <c>apply</c> makes there, if it did; or else the file.</summary>
    private static StoreConnection? ChooseStore(GatewayOptions options, bool areAppsNamed, List<string> mistakes)
    {
        if (options.Store is null)
        {
            return !areAppsNamed && File.Exists(StoreConnection.DefaultFile) ? StoreConnection.Parse(StoreConnection.DefaultFile) : null;
        }

        try
        {
            return StoreConnection.Parse(options.Store);
        }
        catch (FormatException mistake)
        {
            mistakes.Add($"Gateway:Store {mistake.Message}.");
            return null;
        }
    }

    private static void CheckUrls(string? urls, List<string> mistakes)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                _ = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                mistakes.Add($"--urls names '{url}': give http:// or https:// with a host or address and a port, such as http://localhost:8080.");
            }
        }
    }

    /// <summary>So that one start tells everything.</summary>
    private static void CheckApps(CatalogueOptions catalogue, List<string> mistakes)
    {
        try
        {
            using var store = new CatalogueStore(catalogue, TimeProvider.System, NullLogger<CatalogueStore>.Instance);
            store.Load();
        }
        catch (CatalogueException mistake)
        {
            mistakes.Add(mistake.Message);
        }
        catch (ArgumentException)
        {
            // Without a path, which was told already.
        }
    }
}
